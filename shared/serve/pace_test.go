package serve_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"signalbox/shared/serve"
	"signalbox/shared/serve/servetest"
)

// TestFailingRuntimeAPI has FC's runtime API fail for two seconds. Without a pause
// between them the library makes thousands of calls a second.
func TestFailingRuntimeAPI(t *testing.T) {
	t.Parallel()
	p := fc{servetest.StartFC(t, servetest.Build(t, bootstrap))}
	health := request{method: "GET", path: "/healthz"}
	p.send(t, health)
	before := p.Polls()
	p.BeginOutage()
	<-time.After(2 * time.Second)
	if polls := p.Polls() - before; polls < 3 || polls > 20 {
		t.Errorf("%d calls for an event in an outage of 2 s, want about 15", polls)
	}
	p.EndOutage()
	began := time.Now()
	got := p.send(t, health)
	if took := time.Since(began); got.Status != 204 || took > time.Second {
		t.Errorf("after the outage /healthz = %+v after %s, want 204 within a fifth of a second", got, took)
	}
	began = time.Now()
	for range 20 {
		p.send(t, health)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("20 events took %s afterwards, want no pauses between them", took)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestPacedTransport asks for events as FC's library does, for ten seconds.
func TestPacedTransport(t *testing.T) {
	t.Parallel()
	const next = "/2020-11-11/runtime/invocation/next"
	answer := func(status int, body io.Reader) (*http.Response, error) {
		return &http.Response{StatusCode: status, Body: io.NopCloser(body)}, nil
	}
	tests := []struct {
		name, path string
		answer     roundTripper
		least      int
		most       int
	}{
		{"no connection", next, func(*http.Request) (*http.Response, error) { return nil, errors.New("refused") }, 40, 60},
		{"an error", next, func(*http.Request) (*http.Response, error) { return answer(500, strings.NewReader("")) }, 40, 60},
		{"half an event", next, func(*http.Request) (*http.Response, error) {
			return answer(200, io.MultiReader(strings.NewReader("{"), iotest.ErrReader(io.ErrUnexpectedEOF)))
		}, 40, 60},
		{"an event", next, func(*http.Request) (*http.Response, error) { return answer(200, strings.NewReader("{}")) }, 10_000, 10_000},
		{"another path", "/", func(*http.Request) (*http.Response, error) { return nil, errors.New("refused") }, 10_000, 10_000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := serve.NewPacedTransport(tt.answer)
				calls := 0
				for start := time.Now(); time.Since(start) < 10*time.Second && calls < 10_000; calls++ {
					r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+tt.path, http.NoBody)
					if err != nil {
						t.Fatal(err)
					}
					if got, err := transport.RoundTrip(r); err == nil {
						_, _ = io.Copy(io.Discard, got.Body)
						_ = got.Body.Close()
					}
				}
				if calls < tt.least || calls > tt.most {
					t.Errorf("%d calls in 10 s, want %d to %d", calls, tt.least, tt.most)
				}
			})
		})
	}
}
