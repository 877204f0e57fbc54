package web

import (
	"maps"
	"mime"
	"net/http"
	"strings"
)

// ErrorPage writes a refusal as a page. It sets the Content-Type, e.Status and what of
// a body it likes; e.Header is set already.
type ErrorPage func(w http.ResponseWriter, r *http.Request, e *Error)

// HandlePage adds a route that browsers ask for: they get its refusals as
// [Mux.ErrorPage] writes them, and everybody else gets problems.
func (m *Mux) HandlePage(pattern string, h HandlerFunc) {
	m.routes.Handle(pattern, route(handle(m.logger, pattern, h, m.refusePage).ServeHTTP))
}

// refusePage writes e as a page, or as a problem.
func (m *Mux) refusePage(w http.ResponseWriter, r *http.Request, e *Error) {
	if m.ErrorPage == nil {
		e.write(w)
		return
	}
	w.Header().Add("Vary", "Accept")
	if !wantsPage(r) {
		e.write(w)
		return
	}
	maps.Copy(w.Header(), e.Header)
	m.ErrorPage(w, r, e)
}

// wantsPage reports whether a caller names HTML among what it takes, as browsers do.
func wantsPage(r *http.Request) bool {
	for field := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		media, parameters, err := mime.ParseMediaType(field)
		if err == nil && media == "text/html" && parameters["q"] != "0" {
			return true
		}
	}
	return false
}
