package serve_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/serve/internal/sample"
)

func TestSameAnswerEverywhere(t *testing.T) {
	t.Parallel()
	echoed := request{
		method: "PUT", path: "/echo/a%2Fb%20c", query: "month=202110&note=a%26b",
		header: map[string]string{"Cookie": "theme=dark; session=abc", "X-Sample": "one, two"},
		body:   `{"ok":"<&>"}`,
	}
	for name, start := range platforms(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			got := p.send(t, echoed)
			var echo sample.Echo
			if err := json.Unmarshal([]byte(got.Body), &echo); err != nil {
				t.Fatalf("answer %+v: %v", got, err)
			}
			wantEcho := sample.Echo{
				Method: "PUT", Segment: "a/b c", URI: "/echo/a%2Fb%20c?month=202110&note=a%26b",
				Query:  url.Values{"month": {"202110"}, "note": {"a&b"}},
				Header: "one, two", Cookie: "abc", Length: 12, Body: `{"ok":"<&>"}`,
			}
			if diff := cmp.Diff(wantEcho, echo); diff != "" {
				t.Errorf("request seen (-want +got):\n%s", diff)
			}
			got.Body = ""
			want := response{
				Status:  201,
				Header:  map[string]string{"Content-Type": "application/json", "Vary": "Accept, Origin"},
				Cookies: []string{"seen=yes; HttpOnly; Secure; SameSite=Lax"},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			bytes := request{method: "POST", path: "/binary", body: "\x00\xff\x1f\x8b"}
			if got := p.send(t, bytes); got.Body != bytes.body || got.Header["Content-Type"] != "application/octet-stream" {
				t.Errorf("binary answer = %+v, want the body sent", got)
			}
			if got := p.send(t, request{method: "GET", path: "/nowhere"}); got.Status != 404 {
				t.Errorf("unknown path = %+v, want 404", got)
			}
		})
	}
}

var problem500 = regexp.MustCompile(
	`^{"type":"urn:problem-type:signalbox:internal","title":"Internal error","status":500,"requestId":"[^"]+"}$`)

func TestPanicKeepsTheInstance(t *testing.T) {
	t.Parallel()
	for name, start := range platforms(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			got := p.send(t, request{method: "GET", path: "/panic"})
			if !problem500.MatchString(got.Body) || got.Status != 500 {
				t.Errorf("panic gave %+v, want a 500 problem", got)
			}
			if diff := cmp.Diff(map[string]string{"Content-Type": "application/problem+json"}, got.Header); diff != "" {
				t.Errorf("headers of the 500 (-want +got):\n%s", diff)
			}
			if got := p.send(t, request{method: "GET", path: "/healthz"}); got.Status != 204 {
				t.Errorf("after a panic /healthz = %+v, want 204", got)
			}
			errors := logged(t, p.Output(), "ERROR")
			if len(errors) != 1 {
				t.Fatalf("%d error lines, want 1:\n%s", len(errors), p.Output())
			}
			line := errors[0]
			if line["message"] != "handler panicked" || line["error"] != "panic: "+sample.Secret ||
				!strings.Contains(fmt.Sprint(line["stack"]), "sample.routes") || line["requestId"] == nil {
				t.Errorf("log line of the panic = %v", line)
			}
		})
	}
}

// TestPanicHalfWay gets a 500 where nothing has been sent yet. Over plain HTTP
// something has, and the connection breaks.
func TestPanicHalfWay(t *testing.T) {
	t.Parallel()
	for name, start := range platforms(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			for _, path := range []string{"/panic-half-way", "/panic-after-status", "/abort"} {
				r := request{method: "GET", path: path}
				if server, ok := p.(plain); ok {
					if status, _, body, err := server.try(t.Context(), r); err == nil {
						t.Errorf("%s gave a whole answer: %d %s", path, status, body)
					}
					continue
				}
				if got := p.send(t, r); got.Status != 500 || !problem500.MatchString(got.Body) {
					t.Errorf("%s gave %+v, want a 500 problem", path, got)
				}
			}
			if got := p.send(t, request{method: "GET", path: "/healthz"}); got.Status != 204 {
				t.Errorf("afterwards /healthz = %+v, want 204", got)
			}
			if errors := logged(t, p.Output(), "ERROR"); len(errors) != 2 {
				t.Errorf("%d error lines, want 2 for the panics and none for the abort:\n%s", len(errors), p.Output())
			}
		})
	}
}

// logged returns the log lines of one level.
func logged(t *testing.T, output, level string) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for line := range strings.Lines(output) {
		var fields map[string]any
		if json.Unmarshal([]byte(line), &fields) == nil && fields["level"] == level {
			lines = append(lines, fields)
		}
	}
	return lines
}
