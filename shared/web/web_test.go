package web_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/web"
)

const iccid = "89860321000000015668"

func get(t *testing.T, target string) *http.Request {
	t.Helper()
	return httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
}

func TestUnknownPathAndMethod(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method, target string
		status               int
		slug, allow          string
	}{
		{"path", http.MethodGet, "/card/" + iccid, 404, "no-such-path", ""},
		{"root", http.MethodGet, "/", 404, "no-such-path", ""},
		{"empty segment", http.MethodGet, "/cards//flow", 404, "no-such-path", ""},
		{"path that could be cleaned", http.MethodGet, "//cards/" + iccid + "/flow", 404, "no-such-path", ""},
		{"method", http.MethodPost, "/cards/" + iccid + "/flow", 405, "method-not-allowed", "GET, HEAD"},
		{"health by POST", http.MethodPost, "/healthz", 405, "method-not-allowed", "GET, HEAD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.target, http.NoBody)
			got := ask("GET /cards/{iccid}/flow", ok, r)
			if p := got.problem(t); got.Code != tt.status || p.Type != problemType+tt.slug {
				t.Errorf("%s %s = %d, %+v; want %d, slug %s", tt.method, tt.target, got.Code, p, tt.status, tt.slug)
			}
			if allow := got.Header().Get("Allow"); allow != tt.allow {
				t.Errorf("Allow = %q, want %q", allow, tt.allow)
			}
			if lines := got.lines(t); len(lines) != 1 || lines[0]["route"] != "none" || strings.Contains(got.logs, iccid) {
				t.Errorf("log = %s, want one line, route none, no card's number", got.logs)
			}
		})
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	got := ask("GET /x", ok, get(t, "/healthz"))
	if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), `"status":"ok"`) {
		t.Errorf("GET /healthz = %d, %s; want 200, status ok", got.Code, got.Body)
	}
}

func TestUnknownErrorSaysNothing(t *testing.T) {
	t.Parallel()
	const cause = "dial tcp 10.0.0.7: connection refused"
	got := ask("GET /cards/{iccid}/flow", func(http.ResponseWriter, *http.Request) error {
		return fmt.Errorf("read flow: %w", errors.New(cause))
	}, get(t, "/cards/"+iccid+"/flow"))
	if p := got.problem(t); got.Code != http.StatusInternalServerError || p.Type != problemType+"internal" {
		t.Errorf("unknown error = %d, %+v; want 500, slug internal", got.Code, p)
	}
	if strings.Contains(got.Body.String(), cause) {
		t.Errorf("body = %s, want nothing of the cause", got.Body)
	}
	if n := strings.Count(got.logs, cause); n != 1 || got.lines(t)[0]["level"] != "ERROR" {
		t.Errorf("log holds the cause %d times, want once, at level ERROR: %s", n, got.logs)
	}
}

func TestErrorKeepsItsCauseForTheLog(t *testing.T) {
	t.Parallel()
	got := ask("GET /x", func(http.ResponseWriter, *http.Request) error {
		refusal := web.BadParameter("month", "a month is written yyyyMM").Because(errors.New("the cause"))
		return fmt.Errorf("outer: %w", refusal)
	}, get(t, "/x"))
	want := problem{
		Type: problemType + "invalid-parameter", Title: "Bad Request", Status: 400,
		Detail: "a month is written yyyyMM", Field: "month",
	}
	if diff := cmp.Diff(want, got.problem(t)); diff != "" {
		t.Errorf("problem (-want +got):\n%s", diff)
	}
	if lines := got.lines(t); len(lines) != 1 || lines[0]["error"] != "outer: invalid-parameter month: a month is written yyyyMM: the cause" {
		t.Errorf("log = %s, want one line with the cause", got.logs)
	}
}

func TestLogLine(t *testing.T) {
	t.Parallel()
	const pattern = "GET /cards/{iccid}/flow"
	tests := []struct {
		name   string
		handle web.HandlerFunc
		want   map[string]any
	}{
		{"answered", ok, map[string]any{"level": "INFO", "status": 200.0}},
		{
			"nothing but a body", func(w http.ResponseWriter, _ *http.Request) error {
				_, err := w.Write([]byte("page"))
				return err
			},
			map[string]any{"level": "INFO", "status": 200.0},
		},
		{
			"refused", func(http.ResponseWriter, *http.Request) error { return web.NotFound("no-such-thing", "None.") },
			map[string]any{"level": "INFO", "status": 404.0, "error": "no-such-thing: None."},
		},
		{
			"upstream down", func(http.ResponseWriter, *http.Request) error { return web.NewError(502, "down", "Down.") },
			map[string]any{"level": "ERROR", "status": 502.0, "error": "down: Down."},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := ask(pattern, tt.handle, get(t, "/cards/"+iccid+"/flow?month=202112"))
			lines := got.lines(t)
			if len(lines) != 1 {
				t.Fatalf("log = %q, want one line", got.logs)
			}
			for _, key := range []string{"timestamp", "duration_ms"} {
				if _, ok := lines[0][key]; !ok {
					t.Errorf("log line has no %s: %s", key, got.logs)
				}
				delete(lines[0], key)
			}
			tt.want["message"], tt.want["method"], tt.want["route"] = "request", http.MethodGet, pattern
			if diff := cmp.Diff(tt.want, lines[0]); diff != "" {
				t.Errorf("log line (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	tests := map[time.Duration]string{
		-time.Second: "1", 0: "1", time.Nanosecond: "1", time.Second: "1",
		time.Second + time.Nanosecond: "2", 1500 * time.Millisecond: "2", time.Minute: "60",
	}
	for wait, want := range tests {
		if got := web.NewError(429, "slow-down", "Wait.").RetryAfter(wait).Header.Get("Retry-After"); got != want {
			t.Errorf("RetryAfter(%v) = %q, want %q", wait, got, want)
		}
	}
}
