// Package web is HTTP as the functions speak it: handlers that return errors,
// problems as application/problem+json (RFC 9457), JSON in and out, bearer
// tokens, and one log line per request.
package web

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"time"
)

// HandlerFunc answers a request, or returns an error and writes nothing. An
// [*Error] is shown to the caller; any other error is a 500 that says nothing.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Mux routes requests by the patterns of [http.ServeMux], answers what it does
// not know with a problem, and logs each request once. Make it with [NewMux];
// register every route before the first request.
type Mux struct {
	routes *http.ServeMux
	logger *slog.Logger
}

// NewMux returns a Mux that logs to logger.
func NewMux(logger *slog.Logger) *Mux {
	m := &Mux{routes: http.NewServeMux(), logger: logger}
	m.HandleFunc("GET /healthz", health)
	return m
}

// HandleFunc adds a route, such as "GET /cards/{iccid}/flow".
func (m *Mux) HandleFunc(pattern string, h HandlerFunc) {
	m.routes.Handle(pattern, route(func(w http.ResponseWriter, r *http.Request) {
		m.serve(w, r, pattern, h)
	}))
}

// route is a handler of ours, as opposed to one by which ServeMux itself
// refuses or redirects.
type route http.HandlerFunc

// ServeHTTP implements [http.Handler].
func (h route) ServeHTTP(w http.ResponseWriter, r *http.Request) { h(w, r) }

// ServeHTTP finds the route of r and answers it.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found, _ := m.routes.Handler(r)
	if _, ours := found.(route); ours {
		m.routes.ServeHTTP(w, r)
		return
	}
	m.serve(w, r, "none", func(http.ResponseWriter, *http.Request) error {
		return noRoute(found, r)
	})
}

func (m *Mux) serve(w http.ResponseWriter, r *http.Request, route string, h HandlerFunc) {
	start := time.Now()
	recorder := &statusRecorder{ResponseWriter: w}
	err := h(recorder, r)
	if err != nil {
		asError(err).write(recorder)
	}
	m.log(r, route, recorder.status, time.Since(start), err)
}

// log writes one line per request. The route stands for the path, which holds
// a card's number.
func (m *Mux) log(r *http.Request, route string, status int, took time.Duration, err error) {
	attrs := []slog.Attr{
		slog.String("method", r.Method),
		slog.String("route", route),
		slog.Int("status", status),
		slog.Int64("duration_ms", took.Milliseconds()),
	}
	level := slog.LevelInfo
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	m.logger.LogAttrs(r.Context(), level, "request", attrs...)
}

// noRoute turns ServeMux's plain answer to an unknown path or method into a
// problem, with the Allow header it computed. A path that ServeMux would
// redirect to a cleaner one is unknown too.
func noRoute(fallback http.Handler, r *http.Request) error {
	answer := &statusRecorder{ResponseWriter: discard{http.Header{}}}
	fallback.ServeHTTP(answer, r)
	if answer.status != http.StatusMethodNotAllowed {
		return NotFound("no-such-path", "This function has no such path.")
	}
	e := NewError(http.StatusMethodNotAllowed, "method-not-allowed", "This path does not take that method.")
	e.Header = http.Header{"Allow": answer.Header()["Allow"]}
	return e
}

// JSON writes v as the answer.
func JSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(append(body, '\n'))
	return err
}

// statusRecorder remembers the status for the log.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (s *statusRecorder) WriteHeader(status int) {
	if s.status == 0 {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *statusRecorder) Write(p []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	return s.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *statusRecorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// discard is a ResponseWriter that keeps the header alone.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)               {}
