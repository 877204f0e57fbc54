// Package web is HTTP as the functions speak it: handlers that return errors,
// problems as application/problem+json (RFC 9457), JSON in and out, tokens, and one
// log line per request.
package web

import (
	"encoding/json"
	"log/slog"
	"net/http"
)

// HandlerFunc answers a request, or returns an error and writes nothing. An
// [*Error] is shown to the caller; any other error is a 500 that says nothing.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Mux routes requests by the patterns of [http.ServeMux], answers what it does
// not know with a problem, and logs each request once. Make it with [NewMux];
// register every route before the first request.
type Mux struct {
	// ErrorPage writes refusals for browsers, of routes added with HandlePage and of
	// paths that are unknown. Nil: they get problems too.
	ErrorPage ErrorPage

	routes  *http.ServeMux
	logger  *slog.Logger
	origins []string
}

// NewMux returns a Mux that logs to logger, with the routes that every function has and
// that ask for no token: GET /healthz, and the contract at GET /openapi.yaml.
func NewMux(logger *slog.Logger) *Mux {
	m := &Mux{routes: http.NewServeMux(), logger: logger}
	m.HandleFunc("GET /healthz", health)
	m.HandleFunc("GET /openapi.yaml", contract)
	return m
}

// HandleFunc adds a route, such as "GET /cards/{iccid}/flow".
func (m *Mux) HandleFunc(pattern string, h HandlerFunc) {
	m.routes.Handle(pattern, route(Handle(m.logger, pattern, h).ServeHTTP))
}

// route is a handler of ours, as opposed to one by which ServeMux itself
// refuses or redirects.
type route http.HandlerFunc

// ServeHTTP implements [http.Handler].
func (h route) ServeHTTP(w http.ResponseWriter, r *http.Request) { h(w, r) }

// ServeHTTP finds the route of r and answers it.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if m.cors(w, r) {
		return
	}
	found, _ := m.routes.Handler(r)
	if _, ours := found.(route); ours {
		m.routes.ServeHTTP(w, r)
		return
	}
	handle(m.logger, "none", func(http.ResponseWriter, *http.Request) error {
		return noRoute(found, r)
	}, m.refusePage).ServeHTTP(w, r)
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

// discard is a ResponseWriter that keeps the header alone.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)               {}
