package web_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"signalbox/shared/logging"
	"signalbox/shared/web"
)

// newPages returns a Mux with a page, and beside it a path of programs, that refuse.
func newPages(logs io.Writer) *web.Mux {
	mux := web.NewMux(logging.New(logs, slog.LevelInfo))
	mux.ErrorPage = func(w http.ResponseWriter, _ *http.Request, e *web.Error) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(e.Status)
		_, _ = io.WriteString(w, "<p>"+e.Slug)
	}
	refuse := func(http.ResponseWriter, *http.Request) error {
		return web.NewError(http.StatusTooManyRequests, "slow-down", "Wait.").RetryAfter(0)
	}
	mux.HandlePage("GET /page", refuse)
	mux.HandleFunc("GET /program", refuse)
	return mux
}

func TestErrorPage(t *testing.T) {
	t.Parallel()
	const chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
	const page, problem = "text/html; charset=utf-8", "application/problem+json"
	tests := []struct {
		name, path, accept string
		status             int
		media              string
	}{
		{"a browser", "/page", chromium, 429, page},
		{"a browser elsewhere", "/nothing", chromium, 404, page},
		{"a browser on a program's path", "/program", chromium, 429, problem},
		{"curl", "/page", "*/*", 429, problem},
		{"nothing said", "/page", "", 429, problem},
		{"a program", "/page", "application/json", 429, problem},
		{"a program elsewhere", "/nothing", "application/json", 404, problem},
		{"anything but a page", "/page", "text/html;q=0, */*", 429, problem},
		{"capital letters", "/page", "Text/HTML", 429, page},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var logs bytes.Buffer
			r, got := get(t, tt.path), httptest.NewRecorder()
			r.Header.Set("Accept", tt.accept)
			newPages(&logs).ServeHTTP(got, r)
			if got.Code != tt.status || got.Header().Get("Content-Type") != tt.media {
				t.Errorf("%s = %d, %s; want %d, %s", tt.path, got.Code, got.Header().Get("Content-Type"), tt.status, tt.media)
			}
			if tt.status == 429 && got.Header().Get("Retry-After") != "1" {
				t.Error("Retry-After is missing")
			}
			if vary := got.Header().Get("Vary"); (vary == "Accept") != (tt.path != "/program") {
				t.Errorf("Vary = %q", vary)
			}
			if n := bytes.Count(logs.Bytes(), []byte("\n")); n != 1 {
				t.Errorf("log = %s, want one line", &logs)
			}
		})
	}
}
