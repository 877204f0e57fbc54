package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// newServer returns a server that is answered by one handler after another, the last
// for ever. Its calls are when each came.
func newServer(t *testing.T, handlers ...http.HandlerFunc) (s *server, calls *[]time.Duration) {
	t.Helper()
	calls, begin := new([]time.Duration), time.Now()
	handler := func(w http.ResponseWriter, r *http.Request) {
		*calls = append(*calls, time.Since(begin))
		handlers[min(len(*calls), len(handlers))-1](w, r)
	}
	return &server{
		base: &url.URL{Scheme: "http", Host: "localhost"}, where: "here", client: &http.Client{Transport: within{http.HandlerFunc(handler)}},
		timeout: 30 * time.Second, retryFor: 2 * time.Minute, say: func(format string, args ...any) { t.Logf(format, args...) },
	}, calls
}

// waiting answers with a status and a Retry-After.
func waiting(status int, retryAfter, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", retryAfter)
		written(status, "application/problem+json", body)(w, r)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	const s = time.Second
	ok := written(200, "application/json", "{}")
	tests := []struct {
		name     string
		handlers []http.HandlerFunc
		calls    []time.Duration // of the least wait before each; it may be half as long again
		err      string
	}{
		{"none", []http.HandlerFunc{ok}, []time.Duration{0}, ""},
		{"seconds", []http.HandlerFunc{waiting(503, "10", `{}`), waiting(429, "1", `{}`), ok}, []time.Duration{0, 10 * s, 11 * s}, ""},
		{"a time", []http.HandlerFunc{waiting(429, "Sat, 01 Jan 2000 00:00:07 GMT", `{}`), ok}, []time.Duration{0, 7 * s}, ""},
		{"a time that is over", []http.HandlerFunc{waiting(429, "Fri, 31 Dec 1999 00:00:07 GMT", `{}`), ok}, []time.Duration{0, 0}, ""},
		{"nonsense", []http.HandlerFunc{waiting(503, "-3", `{}`), ok}, []time.Duration{0, s / 4}, ""},
		{"a proxy's", []http.HandlerFunc{written(502, "text/html", "<html>"), written(504, "text/html", "<html>"), ok}, []time.Duration{0, s / 4, 3 * s / 4}, ""},
		{"a hang", []http.HandlerFunc{hang, ok}, []time.Duration{0, 30*s + s/4}, ""},
		{"too long", []http.HandlerFunc{waiting(503, "3600", `{}`)}, []time.Duration{0}, "attempt 1; the next would be in 1h0m0s, later than --retry-for 2m0s"},
		{"far too long", []http.HandlerFunc{waiting(503, "99999999999999", `{}`), ok}, []time.Duration{0, s / 4}, ""},
		{"for ever", []http.HandlerFunc{waiting(503, "50", `{"detail":"no store"}`)}, []time.Duration{0, 50 * s, 100 * s}, "status 503: no store (attempt 3;"},
		{"refused", []http.HandlerFunc{waiting(502, "1", `{"type":"urn:problem-type:signalbox:upstream-refused"}`)}, []time.Duration{0}, "status 502"},
		{"denied", []http.HandlerFunc{waiting(502, "1", `{"type":"urn:problem-type:signalbox:upstream-denied"}`)}, []time.Duration{0}, "status 502"},
		{"internal", []http.HandlerFunc{waiting(500, "1", `{}`)}, []time.Duration{0}, "status 500"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, calls := newServer(t, tt.handlers...)
				_, repeated, err := server.do(t.Context(), request{method: "POST", path: "otp-events"})
				if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
					t.Errorf("do = %v, want %q", err, tt.err)
				}
				if len(*calls) != len(tt.calls) || repeated != (len(tt.calls) > 1) {
					t.Fatalf("%d calls, repeated %v, want %d", len(*calls), repeated, len(tt.calls))
				}
				for i, least := range tt.calls {
					if got := (*calls)[i]; got < least || got > least+2*time.Second {
						t.Errorf("call %d after %v, want %v or a little more", i, got, least)
					}
				}
			})
		})
	}
}

// TestRetriesEndWithTheirContext has an interrupted command not wait.
func TestRetriesEndWithTheirContext(t *testing.T) {
	t.Parallel()
	interrupted := errors.New("interrupted")
	for _, handler := range []http.HandlerFunc{waiting(503, "60", `{}`), hang} {
		synctest.Test(t, func(t *testing.T) {
			server, calls := newServer(t, handler)
			ctx, cancel := context.WithTimeoutCause(t.Context(), 5*time.Second, interrupted)
			defer cancel()
			if _, _, err := server.do(ctx, request{method: "GET"}); !errors.Is(err, interrupted) || len(*calls) != 1 {
				t.Errorf("do = %v after %d calls, want %v after 1", err, len(*calls), interrupted)
			}
		})
	}
}

// TestEventsAreSentAgain has a store be away, and an answer lost.
func TestEventsAreSentAgain(t *testing.T) {
	t.Parallel()
	all := `{"accepted":1000,"duplicate":0,"late":0,"refused":0,"problems":[]}`
	ok := written(200, "application/json", all)
	synctest.Test(t, func(t *testing.T) {
		server, calls := newServer(t, waiting(503, "10", `{}`), ok, written(504, "text/html", ""), ok)
		total, err := sendEvents(t.Context(), server, newSource(strings.NewReader(strings.Repeat("{}\n", 2000))))
		var out strings.Builder
		total.print(&out)
		want := "2000 events: 2000 accepted, 0 duplicate, 0 late, 0 refused\n2 requests were sent again: some duplicates may be theirs\n"
		if err != nil || out.String() != want || len(*calls) != 4 {
			t.Errorf("sendEvents = %v after %d calls, printed %s, want %s", err, len(*calls), &out, want)
		}
		server, _ = newServer(t, ok, waiting(503, "10", `{"detail":"no store"}`))
		total, err = sendEvents(t.Context(), server, newSource(strings.NewReader(strings.Repeat("{}\n", 3000))))
		if err == nil || !strings.HasPrefix(err.Error(), "events from line 1001 on may not have been taken") || total.accepted != 1000 {
			t.Errorf("sendEvents = %v with %d accepted, want an error from line 1001 on", err, total.accepted)
		}
	})
}
