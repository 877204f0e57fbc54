package serve

import (
	"net/http"

	"signalbox/shared/metric"
)

// Handler returns f as plain HTTP mode serves it, for those who have a server
// of their own: with a request id, the guard against panics, GET /metrics, GET
// /readyz, and POST /invoke, with a token, where f is Scheduled. Bounding its
// connections and closing f is then theirs.
func Handler(f Function) (http.Handler, error) {
	s, err := newService(f)
	if err != nil {
		return nil, err
	}
	return s.handler(false), nil
}

// handler surrounds a function's own handler as an HTTP server, from the inside out.
func (s *service) handler(custom bool) http.Handler {
	h := s.schedule(custom, invokePath, s.Handler) // POST /invoke, with a token
	h = s.measure(h)                               // how long it takes
	h = s.readiness(h)                             // GET /readyz
	h = s.metrics(h)                               // GET /metrics
	h = limitBodies(h)                             // so many at once
	h = s.guard(h)                                 // a panic is a 500
	h = s.suspect(h, !custom)                      // a wrong token waits
	h = harmless(h)                                // headers of every answer
	return identify(custom, h)                     // a request id
}

// eventHandler is that for the requests of a runtime API, one at a time, whose
// waiting is paid for.
func (s *service) eventHandler() http.Handler {
	h := s.measure(s.Handler)
	h = s.readiness(h)
	h = s.guard(h)
	h = s.suspect(h, false)
	return harmless(h)
}

// harmless has browsers take an answer for what it says it is, and nobody keep it. A
// handler may set another Cache-Control.
func harmless(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		declareHarmless(w.Header())
		next.ServeHTTP(w, r)
	})
}

func declareHarmless(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
}

// metrics adds GET /metrics for Prometheus to scrape. It holds counts alone, and
// asks for no token; keep it from the public with a proxy where that matters.
func (s *service) metrics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.Method == http.MethodGet || r.Method == http.MethodHead
		if !asked || r.URL.Path != "/metrics" {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", metric.ContentType)
		metric.WritePage(w, s.sources...)
	})
}
