package page

import (
	"net/http"
	"net/url"

	"signalbox/shared/language"
)

// Refusal is what a caller gets instead of a page.
type Refusal struct {
	Status     int
	Slug       string // end of the problem's type
	Field      string // what is wrong; may be empty
	RetryAfter int    // seconds; 0: not said
	RequestID  string // for who reads the log; may be empty
}

// bare reports whether the page says nothing but that the request is refused: a wrong
// link shows no way on.
func (r Refusal) bare() bool { return r.Status == http.StatusForbidden }

// Refuse returns the page of a refusal. home is where the form is that finds a card, ""
// where there is none.
func Refuse(l language.Language, r Refusal, query url.Values, home string) ([]byte, error) {
	w := wordsIn(l)
	said, ok := w.Refusal.BySlug[r.Slug]
	if !ok {
		said, ok = w.Refusal.ByStatus[r.Status]
	}
	if !ok {
		said = w.Refusal.Other
	}
	view := struct {
		frame
		Status                        int
		Detail, Again, Field, Request string
	}{frame: newFrame(l, said.Title), Status: r.Status, Detail: said.Detail}
	if r.bare() {
		return render("refusal.html", view)
	}
	view.Home, view.Field, view.Request, view.Other = home, printable(r.Field), printable(r.RequestID), inOther(l, query)
	if r.RetryAfter > 0 {
		view.Again = w.Refusal.Again(r.RetryAfter)
	}
	return render("refusal.html", view)
}
