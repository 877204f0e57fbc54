package serve

import (
	"net/http"
	"strconv"
	"time"

	"signalbox/shared/metric"
	"signalbox/shared/web"
)

// noRoute is the route of requests that nothing answers but with a refusal.
const noRoute = "none"

// measure counts requests, and how long their answers took.
func (s *service) measure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, recorder := time.Now(), &statusWriter{ResponseWriter: w, status: http.StatusInternalServerError}
		r, route := web.WithRoute(r, noRoute)
		defer func() {
			s.Meter.Observe(metric.HTTPRequestDuration, time.Since(began), route.Pattern, strconv.Itoa(recorder.status))
		}()
		next.ServeHTTP(recorder, r)
		recorder.begin(http.StatusOK) // Where nothing was written, net/http answers so.
	})
}

// statusWriter remembers the status, that of a panic until there is one.
type statusWriter struct {
	http.ResponseWriter

	status int
	began  bool
}

func (w *statusWriter) begin(status int) {
	if !w.began && status >= http.StatusOK {
		w.status, w.began = status, true
	}
}

// WriteHeader begins the answer, unless status is only on the way to one.
func (w *statusWriter) WriteHeader(status int) {
	w.begin(status)
	w.ResponseWriter.WriteHeader(status)
}

// Write begins the answer.
func (w *statusWriter) Write(p []byte) (int, error) {
	w.begin(http.StatusOK)
	return w.ResponseWriter.Write(p)
}

// Unwrap lets [http.ResponseController] reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
