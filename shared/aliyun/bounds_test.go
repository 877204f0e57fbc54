package aliyun_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
)

// TestAnswersAreBounded has answers that would take far more memory than bytes were
// sent, or more bytes of header than any answer has.
func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	lists := func(list string, n int) string {
		return `{"Code":"200","Success":true,"Data":{"` + list + `":[` + strings.Repeat("{},", n-1) + `{}]}}`
	}
	const xml = `<R><Code>200</Code><Success>true</Success><Data>%s</Data></R>`
	tests := []struct {
		name     string
		body     string
		header   int // bytes
		fails    bool
		want     aliyun.Kind
		attempts int
	}{
		{"many elements", lists("ListVendorDetail", 300_000), 0, true, aliyun.Unexpected, 1},
		{"many elements in XML", fmt.Sprintf(xml, strings.Repeat("<ListVendorDetail/>", 50_000)), 0, true, aliyun.Unexpected, 1},
		{"a long header", lists("ListVendorDetail", 1), 1 << 20, true, aliyun.Unavailable, 4},
		{"as many as a page may have", lists("ListPackageDTO", 9000), 32 << 10, false, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for i := range tt.header / 1000 {
					w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 1000))
				}
				_, _ = w.Write([]byte(tt.body))
			}))
			t.Cleanup(server.Close)
			attempts := 0
			client, cloud, _ := setup(t, aliyuntest.Options{}, func(c *aliyun.Config) {
				c.Endpoint, c.HTTPClient = server.URL, aliyun.NewHTTPClient()
				c.Observe = func(aliyun.Attempt) { attempts++ }
			})
			err := lookup(t.Context(), client, cloud)
			failure, failed := errors.AsType[*aliyun.Error](err)
			if failed != tt.fails || failed && failure.Kind != tt.want || attempts != tt.attempts {
				t.Errorf("the call = %v after %d attempts, want failure %t (%v) after %d", err, attempts, tt.fails, tt.want, tt.attempts)
			}
		})
	}
}
