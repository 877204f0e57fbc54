package serve_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/config"
	"signalbox/shared/serve"
	"signalbox/shared/web"
)

const rightToken = "the-right-token-0123"

// guarded is a function that asks for rightToken.
func guarded() serve.Function {
	guard := web.Bearer(config.Tokens{{Secret: rightToken}})
	answer := guard(func(w http.ResponseWriter, _ *http.Request) error { return web.JSON(w, http.StatusOK, "in") })
	return serve.Function{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := answer(w, r); err != nil {
			web.WriteError(w, err)
		}
	})}
}

// guess is one request, and how long its answer takes.
type guess struct {
	from, forwarded, token string
	want                   time.Duration
}

func TestWrongTokensWait(t *testing.T) {
	t.Parallel()
	const (
		first  = 100 * time.Millisecond
		second = 200 * time.Millisecond
		third  = 400 * time.Millisecond
	)
	tests := []struct {
		name    string
		guesses []guess
	}{
		{"longer and longer, up to 2 s", []guess{
			{"192.0.2.1:1", "", "x", first},
			{"192.0.2.1:2", "", "x", second},
			{"192.0.2.1:3", "", "y", third},
			{"192.0.2.1:4", "", "x", 800 * time.Millisecond},
			{"192.0.2.1:5", "", "x", 1600 * time.Millisecond},
			{"192.0.2.1:6", "", "x", 2 * time.Second},
			{"192.0.2.1:7", "", "x", 2 * time.Second},
		}},
		{"the right one never", []guess{
			{"192.0.2.1:1", "", "x", first},
			{"192.0.2.1:1", "", rightToken, 0},
			{"192.0.2.1:1", "", "x", second},
			{"192.0.2.1:1", "", rightToken, 0},
		}},
		{"none at all is no guess", []guess{{"192.0.2.1:1", "", "", 0}, {"192.0.2.1:1", "", "x", first}}},
		{"another address is another's", []guess{{"192.0.2.1:1", "", "x", first}, {"192.0.2.2:1", "", "x", first}}},
		{"IPv6 by /64", []guess{
			{"[2001:db8::1]:1", "", "x", first},
			{"[2001:db8::ffff:0:0:2]:1", "", "x", second},
			{"[2001:db8:0:1::1]:1", "", "x", first},
		}},
		{"IPv4 in IPv6 is IPv4", []guess{{"192.0.2.1:1", "", "x", first}, {"[::ffff:192.0.2.1]:1", "", "x", second}}},
		{"strangers choose no address", []guess{{"192.0.2.1:1", "198.51.100.1", "x", first}, {"192.0.2.1:1", "198.51.100.2", "x", second}}},
		{"a proxy of this machine says whose it is", []guess{
			{"127.0.0.1:1", "198.51.100.1", "x", first},
			{"127.0.0.1:1", "198.51.100.2, 198.51.100.1", "x", second},
			{"[::1]:1", "198.51.100.1,198.51.100.2", "x", first},
			{"127.0.0.1:1", "nobody", "x", first},
			{"127.0.0.1:1", "", "x", second},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := serveInBubble(t, guarded())
				for i, g := range tt.guesses {
					if took := s.guess(t, g); took != g.want {
						t.Errorf("guess %d, %+v, took %s", i, g, took)
					}
				}
			})
		})
	}
}

// guess returns how long the answer took, and checks it.
func (s *served) guess(t *testing.T, g guess) time.Duration {
	t.Helper()
	c, began := s.dial(t, g.from), time.Now()
	header := "Host: x\n"
	if g.token != "" {
		header += "Authorization: Bearer " + g.token + "\n"
	}
	if g.forwarded != "" {
		header += "X-Forwarded-For: " + g.forwarded + "\n"
	}
	c.send("GET / HTTP/1.1\n%s\n", header)
	want := map[bool]int{true: http.StatusOK, false: http.StatusUnauthorized}[g.token == rightToken]
	if got, _, _ := c.receive(); got != want {
		t.Errorf("%+v got %d, want %d", g, got, want)
	}
	return time.Since(began)
}

// TestWrongTokensAreForgotten wants an address that has been good for a while to begin
// anew, and no more addresses to be remembered than fit.
func TestWrongTokensAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serveInBubble(t, guarded())
		s.guess(t, guess{from: "192.0.2.1:1", token: "x"})
		time.Sleep(5 * time.Minute)
		if took := s.guess(t, guess{from: "192.0.2.1:1", token: "x"}); took != 200*time.Millisecond {
			t.Errorf("5 minutes later a guess takes %s, want 200ms", took)
		}
		time.Sleep(30 * time.Minute)
		s.guess(t, guess{from: "192.0.2.9:1", token: "x"})
		time.Sleep(30 * time.Minute)
		if took := s.guess(t, guess{from: "192.0.2.1:1", token: "x"}); took != 100*time.Millisecond {
			t.Errorf("an hour later a guess takes %s, want 100ms", took)
		}
		for i := range 2 * 4096 {
			s.guess(t, guess{from: fmt.Sprintf("10.0.%d.%d:1", i/256, i%256), token: "x"})
		}
		if took := s.guess(t, guess{from: "192.0.2.1:1", token: "x"}); took != 100*time.Millisecond {
			t.Errorf("after 8192 other addresses a guess takes %s, want 100ms", took)
		}
	})
}

// TestWrongTokensAreLogged wants them counted each and logged once a second, with the
// address and without the token.
func TestWrongTokensAreLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serveInBubble(t, guarded())
		for range 20 {
			c := s.dial(t, "192.0.2.1:1")
			c.send("GET / HTTP/1.1\nHost: x\nAuthorization: Bearer guessed-4711\n\n")
			go c.receive()
		}
		synctest.Wait()
		if lines := logged(t, s.logs.String(), "WARN"); len(lines) != 1 || lines[0]["address"] != "192.0.2.1/32" || lines[0]["message"] != "wrong token" {
			t.Errorf("20 guesses at once are logged as %v, want one line with the address", lines)
		}
		time.Sleep(2 * time.Second)
		s.guess(t, guess{from: "192.0.2.1:1", token: "guessed-4711"})
		if lines := logged(t, s.logs.String(), "WARN"); len(lines) != 2 || lines[1]["count"] != 21.0 || strings.Contains(s.logs.String(), "4711") {
			t.Errorf("one more is logged as %v, want a line with the count 21, and no token", lines)
		}
		var counts bytes.Buffer
		if s.meter.WritePrometheus(&counts); !strings.Contains(counts.String(), "signalbox_unauthorized_requests_total 21\n") {
			t.Errorf("metrics are\n%s, want 21 wrong tokens", &counts)
		}
	})
}

// TestGuessersKeepNobodyOut has as many guesses wait as there may be connections, with
// bodies too.
func TestGuessersKeepNobodyOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serveInBubble(t, guarded())
		for range 1000 {
			c := s.dial(t, "192.0.2.1:1")
			c.send("POST / HTTP/1.1\nHost: x\nAuthorization: Bearer x\nContent-Length: 9\n\n1")
			go c.receive()
		}
		time.Sleep(500 * time.Millisecond)
		if took := s.guess(t, guess{from: "192.0.2.2:1", token: rightToken}); took > 500*time.Millisecond {
			t.Errorf("a right token waits %s for 1000 wrong ones, want no longer than they have to send a request", took)
		}
		s.end()
		began := time.Now()
		if s.wait(); time.Since(began) > 2*time.Second {
			t.Errorf("guesses keep the process from ending for %s", time.Since(began))
		}
	})
}

// TestEventsDoNotWait: an invocation is paid for by the millisecond.
func TestEventsDoNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, err := serve.CustomHandler(guarded())
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for range 10 {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
			r.Header.Set("Authorization", "Bearer x")
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != http.StatusUnauthorized || time.Since(began) != 0 {
				t.Errorf("a wrong token gets %d after %s, want 401 at once", w.Code, time.Since(began))
			}
		}
	})
}
