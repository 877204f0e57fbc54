package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/logging"
	"signalbox/shared/web"
)

// corsHeaders are what a browser goes by.
func corsHeaders(h http.Header) map[string]string {
	found := make(map[string]string)
	for _, name := range []string{"Allow-Origin", "Allow-Credentials", "Allow-Methods", "Allow-Headers", "Max-Age", "Expose-Headers"} {
		if value := h.Get("Access-Control-" + name); value != "" {
			found[name] = value
		}
	}
	if vary := h.Get("Vary"); vary != "" {
		found["Vary"] = vary
	}
	return found
}

func TestCrossOriginRequests(t *testing.T) {
	t.Parallel()
	const mine, foreign = "https://support.example.com", "https://support.example.com.evil.example"
	allowed := map[string]string{"Allow-Origin": mine, "Expose-Headers": "Age, Cache-Status, ETag, Retry-After", "Vary": "Origin"}
	preflight := map[string]string{
		"Allow-Origin": mine, "Expose-Headers": allowed["Expose-Headers"], "Vary": "Origin", "Max-Age": "600",
		"Allow-Methods": "GET, HEAD, POST", "Allow-Headers": "Authorization, Content-Type, If-None-Match, Prefer",
	}
	vary := map[string]string{"Vary": "Origin"}
	tests := []struct {
		name, method, origin string
		asks                 bool // what it may send
		origins              []string
		status               int
		want                 map[string]string
	}{
		{"mine", http.MethodGet, mine, false, []string{mine}, 200, allowed},
		{"one of two", http.MethodGet, mine, false, []string{"https://other.example", mine}, 200, allowed},
		{"no origin", http.MethodGet, "", false, []string{mine}, 200, vary},
		{"another", http.MethodGet, foreign, false, []string{mine}, 200, vary},
		{"another scheme", http.MethodGet, "http://support.example.com", false, []string{mine}, 200, vary},
		{"another port", http.MethodGet, mine + ":444", false, []string{mine}, 200, vary},
		{"sandboxed", http.MethodGet, "null", false, []string{mine}, 200, vary},
		{"none is configured", http.MethodGet, mine, false, nil, 200, map[string]string{}},
		{"preflight", http.MethodOptions, mine, true, []string{mine}, 204, preflight},
		{"preflight of another", http.MethodOptions, foreign, true, []string{mine}, 403, vary},
		{"preflight where none is configured", http.MethodOptions, mine, true, nil, 405, map[string]string{}},
		{"OPTIONS", http.MethodOptions, mine, false, []string{mine}, 405, allowed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var logs bytes.Buffer
			mux := web.NewMux(logging.New(&logs, slog.LevelInfo))
			mux.AllowOrigins(tt.origins)
			mux.HandleFunc("GET /x", ok)
			r := httptest.NewRequestWithContext(t.Context(), tt.method, "/x", http.NoBody)
			r.Header.Set("Origin", tt.origin)
			if tt.asks {
				r.Header.Set("Access-Control-Request-Method", http.MethodGet)
				r.Header.Set("Access-Control-Request-Headers", "authorization")
			}
			got := httptest.NewRecorder()
			mux.ServeHTTP(got, r)
			if got.Code != tt.status {
				t.Errorf("status = %d, want %d", got.Code, tt.status)
			}
			if diff := cmp.Diff(tt.want, corsHeaders(got.Header())); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if n := bytes.Count(logs.Bytes(), []byte("\n")); n != 1 {
				t.Errorf("log = %s, want one line", &logs)
			}
		})
	}
}
