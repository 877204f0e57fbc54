package serve

import "net/http"

// Handler returns f as plain HTTP mode serves it, for those who have a server
// of their own: with a request id, the guard against panics, GET /metrics, GET
// /readyz, and POST /invoke where f is Scheduled. Closing f is then theirs.
func Handler(f Function) (http.Handler, error) {
	s, err := newService(f)
	if err != nil {
		return nil, err
	}
	return s.handler(false), nil
}

// handler puts what surrounds a function's own handler in order.
func (s *service) handler(custom bool) http.Handler {
	return identify(custom, s.guard(s.metrics(s.readiness(s.schedule(custom, s.Handler)))))
}

// metrics adds GET /metrics for Prometheus to scrape. It holds counts alone, and
// asks for no token; keep it from the public with a proxy where that matters.
func (s *service) metrics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/metrics" {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		s.Meter.WritePrometheus(w)
	})
}
