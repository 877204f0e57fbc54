package serve_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/config"
	"signalbox/shared/serve"
	"signalbox/shared/serve/event"
	"signalbox/shared/web"
)

// TestAnswersAreHarmless wants the headers on every answer, whoever gives it.
func TestAnswersAreHarmless(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/panic", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		panic("on purpose")
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Cache-Control", "max-age=60") })
	h, err := serve.Handler(serve.Function{Handler: mux, Scheduled: func(context.Context, event.Scheduled) (any, error) { return "done", nil }})
	if err != nil {
		t.Fatal(err)
	}
	for target, cache := range map[string]string{
		"/": "no-store", "/panic": "no-store", "/page": "max-age=60", "/readyz": "no-store", "/metrics": "no-store", "/invoke": "no-store",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody))
			if got := w.Header(); got.Get("X-Content-Type-Options") != "nosniff" || got.Get("Cache-Control") != cache {
				t.Errorf("%s %s answers %d with %v, want nosniff and %s", method, target, w.Code, got, cache)
			}
		}
	}
}

// takeBodies is a function that reads bodies, or with /refuse does not.
func takeBodies(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/refuse" {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	defer r.Body.Close()
	if _, err := web.ReadBytes(w, r, web.MaxBody); err != nil {
		web.WriteError(w, err)
	}
}

// TestBodiesAreBounded has sixteen clients that begin a body and do not end it.
func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serveInBubble(t, serve.Function{Handler: http.HandlerFunc(takeBodies)})
		slow := make([]*client, 16)
		for i := range slow {
			slow[i] = s.dial(t, "192.0.2.1:1")
			slow[i].send("POST / HTTP/1.1\nHost: x\nContent-Length: 2\n\n1")
		}
		synctest.Wait()
		refused := s.dial(t, "192.0.2.1:1")
		refused.send("POST /refuse HTTP/1.1\nHost: x\nContent-Length: 1\n\n1")
		if got, _, _ := refused.receive(); got != http.StatusTeapot {
			t.Errorf("a body that nobody reads gets %d, want 418", got)
		}
		late, began := s.dial(t, "192.0.2.1:1"), time.Now()
		late.send("POST / HTTP/1.1\nHost: x\nContent-Length: 1\n\n1")
		got, header, _ := late.receive()
		if took := time.Since(began); got != 503 || header.Get("Retry-After") != "1" || took != time.Second {
			t.Errorf("the 17th body gets %d, Retry-After %q, after %s, want 503, 1, after 1s", got, header.Get("Retry-After"), took)
		}
		slow[0].send("2")
		last := s.dial(t, "192.0.2.1:1")
		last.send("POST / HTTP/1.1\nHost: x\nContent-Length: 1\n\n1")
		for _, c := range []*client{slow[0], last} {
			if got, _, _ := c.receive(); got != 200 {
				t.Errorf("a body with room gets %d, want 200", got)
			}
		}
		if got, _, _ := slow[1].receive(); got != 400 || time.Since(began) > 31*time.Second {
			t.Errorf("a body that does not end gets %d after %s, want 400 after 30s at most", got, time.Since(began))
		}
	})
}

// TestUnreadBody wants no client to keep the server waiting for a body that nobody
// wants.
func TestUnreadBody(t *testing.T) {
	t.Parallel()
	for name, framing := range map[string]string{"announced": "Content-Length: 1000", "chunked": "Transfer-Encoding: chunked"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := serveInBubble(t, serve.Function{Handler: http.HandlerFunc(takeBodies)})
				c, began := s.dial(t, "192.0.2.1:1"), time.Now()
				c.send("POST /refuse HTTP/1.1\nHost: x\n%s\n\n", framing)
				if got, _, _ := c.receive(); got != http.StatusTeapot || time.Since(began) > time.Second {
					t.Errorf("answer = %d after %s, want 418 within a second", got, time.Since(began))
				}
				if got, _, _ := c.receive(); got != 0 || time.Since(began) > 2*time.Second {
					t.Errorf("the connection is open %s later, want it closed", time.Since(began))
				}
			})
		})
	}
}

// TestRunTakesItsTime has a run that takes longer than any limit of a request.
func TestRunTakesItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serveInBubble(t, serve.Function{
			Handler:      http.NotFoundHandler(),
			InvokeTokens: config.Tokens{{Secret: invokeToken}},
			Scheduled: func(ctx context.Context, _ event.Scheduled) (any, error) {
				select {
				case <-time.After(9 * time.Minute):
					return "done", nil
				case <-ctx.Done():
					return nil, context.Cause(ctx)
				}
			},
		})
		c := s.dial(t, "192.0.2.1:1")
		c.send("POST /invoke HTTP/1.1\nHost: x\nAuthorization: Bearer %s\nContent-Length: 2\n\n{}", invokeToken)
		if got, _, body := c.receive(); got != 200 || body != "\"done\"\n" {
			t.Errorf("a run of 9 minutes gets %d %s, want 200:\n%s", got, body, s.logs)
		}
	})
}

// TestWriteTimeout has a client that does not take its answer.
func TestWriteTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var took time.Duration
		done := make(chan struct{})
		s := serveInBubble(t, serve.Function{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			defer close(done)
			began := time.Now()
			_, err := io.Copy(w, bytes.NewReader(make([]byte, 1<<20)))
			if took = time.Since(began); err == nil {
				t.Error("a client that does not read took all")
			}
		})})
		s.dial(t, "192.0.2.1:1").send("GET / HTTP/1.1\nHost: x\n\n")
		<-done
		if took != time.Minute {
			t.Errorf("writing to it was given up after %s, want a minute", took)
		}
	})
}

// TestStopAnswersRequests stops the server during a run and a lookup.
func TestStopAnswersRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serveInBubble(t, serve.Function{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				select {
				case <-time.After(20 * time.Second):
				case <-r.Context().Done():
					w.WriteHeader(http.StatusGatewayTimeout)
				}
			}),
			InvokeTokens: config.Tokens{{Secret: invokeToken}},
			Scheduled: func(ctx context.Context, _ event.Scheduled) (any, error) {
				<-ctx.Done()
				return nil, context.Cause(ctx)
			},
		})
		run, lookup, began := s.dial(t, "192.0.2.1:1"), s.dial(t, "192.0.2.1:1"), time.Now()
		run.send("POST /invoke HTTP/1.1\nHost: x\nAuthorization: Bearer %s\nContent-Length: 0\n\n", invokeToken)
		lookup.send("GET / HTTP/1.1\nHost: x\n\n")
		synctest.Wait()
		s.end()
		if got, _, body := run.receive(); got != 500 || time.Since(began) != 0 {
			t.Errorf("the run gets %d %s after %s, want 500 at once", got, body, time.Since(began))
		}
		if got, _, _ := lookup.receive(); got != 200 || time.Since(began) != 20*time.Second {
			t.Errorf("the lookup gets %d after %s, want 200 after 20s", got, time.Since(began))
		}
		s.wait()
		if !strings.Contains(s.logs.String(), "the process is asked to end") {
			t.Errorf("want the cause of the run's end in\n%s", s.logs)
		}
	})
}
