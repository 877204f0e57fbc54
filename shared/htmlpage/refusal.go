package htmlpage

import (
	"net/http"
	"net/url"

	"signalbox/shared/language"
	"signalbox/shared/plaintext"
)

// Refusal is what a caller gets instead of a page.
type Refusal struct {
	Status     int
	Slug       string // end of the problem's type
	Field      string // what is wrong; may be empty
	RetryAfter int    // seconds; 0: not said
	RequestID  string // for who reads the log; may be empty
}

// RefusalWords are the texts of refusals in one language.
type RefusalWords struct {
	BySlug   map[string]Said
	ByStatus map[int]Said
	ByField  map[string]Said // of a form's field that breaks a rule, before all others
	Other    Said
	Again    func(seconds int) string
	Field    string
	Request  string
}

// Said is what a page says instead.
type Said struct{ Title, Detail string }

// invalidField is the slug of a form's field that breaks a rule.
const invalidField = "invalid-field"

// of returns what is said of r.
func (w RefusalWords) of(r Refusal) Said {
	if said, ok := w.ByField[r.Field]; ok && r.Slug == invalidField {
		return said
	}
	if said, ok := w.BySlug[r.Slug]; ok {
		return said
	}
	if said, ok := w.ByStatus[r.Status]; ok {
		return said
	}
	return w.Other
}

// bare reports whether the page says nothing but that the request is refused: a wrong
// link shows no way on.
func (r Refusal) bare() bool { return r.Status == http.StatusForbidden }

// Refuse returns the page of a refusal. home is where one begins, "" where that is not
// to be shown.
func (p *Pages) Refuse(l language.Language, w Words, words RefusalWords, r Refusal, query url.Values, home string) ([]byte, error) {
	said := words.of(r)
	view := struct {
		Frame

		Words                         RefusalWords
		Detail, Again, Field, Request string
	}{Frame: p.Frame(w, said.Title), Words: words, Detail: said.Detail}
	if r.bare() {
		return p.Render("refusal.html", view)
	}
	view.Home, view.Field, view.Request, view.Other = home, plaintext.Printable(r.Field), plaintext.Printable(r.RequestID), InOther(l, query)
	if r.RetryAfter > 0 {
		view.Again = words.Again(r.RetryAfter)
	}
	return p.Render("refusal.html", view)
}
