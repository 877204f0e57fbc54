package contract

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Requests returns a request of each operation with a tag that asks who calls, without
// an answer to that. Its path has the examples that the contract gives, and its body is {}.
func Requests(tb testing.TB, tag string) (all []*http.Request) {
	tb.Helper()
	b, err := ours()
	if err != nil {
		tb.Fatal(err)
	}
	for _, o := range b.operations {
		if open := o.route.Operation.Security; o.tag == tag && (open == nil || len(*open) > 0) {
			all = append(all, o.request(tb))
		}
	}
	return all
}

// request fills in the path.
func (o operation) request(tb testing.TB) *http.Request {
	tb.Helper()
	path := o.route.Path
	for _, p := range slices.Concat(o.route.PathItem.Parameters, o.route.Operation.Parameters) {
		if p.Value.In == "path" {
			path = strings.ReplaceAll(path, "{"+p.Value.Name+"}", url.PathEscape(fmt.Sprint(p.Value.Example)))
		}
	}
	r := httptest.NewRequestWithContext(tb.Context(), o.route.Method, path, strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	return r
}
