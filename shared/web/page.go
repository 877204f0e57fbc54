package web

import (
	"cmp"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"signalbox/shared/language"
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

// WritePage writes a page that runs no script, loads nothing, is shown in no frame and
// tells no other site where it is: its address may be a signed link. policy is its
// Content-Security-Policy. A Referrer-Policy that is set already stays.
func WritePage(w http.ResponseWriter, status int, policy string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", cmp.Or(h.Get("Referrer-Policy"), "no-referrer"))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Language")
	w.WriteHeader(status)
	_, _ = w.Write(body) // html/template has escaped it; the caller may not be there any more
}

// PageQuery takes the parameters that are known, each once, and the page's language,
// and no others: what is misspelt is not to look as if it were heeded.
func PageQuery(r *http.Request, known ...string) (url.Values, error) {
	known = append(slices.Clone(known), language.Parameter)
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, BadParameter("query", "the query cannot be read")
	}
	for name, values := range query {
		if !slices.Contains(known, name) || len(values) != 1 {
			return nil, BadParameter(name, "this page takes "+strings.Join(known, " and ")+", once")
		}
	}
	return query, nil
}

// LanguageOf is the language in which a page is wanted.
func LanguageOf(r *http.Request, query url.Values) language.Language {
	return language.Match(query.Get(language.Parameter), r.Header.Get("Accept-Language"))
}
