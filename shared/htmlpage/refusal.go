package htmlpage

import (
	"net/http"
	"net/url"
	"strconv"

	"signalbox/shared/language"
	"signalbox/shared/plaintext"
	"signalbox/shared/web"
)

// Refusal is what a caller gets instead of a page.
type Refusal struct {
	Status     int
	Slug       string // end of the problem's type
	Field      string // what is wrong; may be empty
	RetryAfter int    // seconds; 0: not said
	RequestID  string // for who reads the log; may be empty
}

// RefusalOf returns what e says. requestID is for who reads the log.
func RefusalOf(e *web.Error, requestID string) Refusal {
	seconds, _ := strconv.Atoi(e.Header.Get("Retry-After")) // 0 where there is none
	return Refusal{Status: e.Status, Slug: e.Slug, Field: e.Field, RetryAfter: seconds, RequestID: requestID}
}

// bare reports whether the page says nothing but that the request is refused: a wrong
// link shows no way on.
func (r Refusal) bare() bool { return r.Status == http.StatusForbidden }

// Refuse returns the page of a refusal. own are the function's words in the language,
// and home is where one begins, "" where that is not to be shown.
func (p *Pages) Refuse(l language.Language, own Words, r Refusal, query url.Values, home string) ([]byte, error) {
	words := wordsIn(l).Refusal
	said := words.of(r, own)
	view := struct {
		Frame

		Detail, Again, Field, Request string
	}{Frame: p.Frame(l, own, said.Title), Detail: said.Detail}
	if r.bare() {
		return p.Render("refusal.html", view)
	}
	view.Home, view.Field, view.Request, view.Other = home, plaintext.Printable(r.Field), plaintext.Printable(r.RequestID), InOther(l, query)
	if r.RetryAfter > 0 {
		view.Again = words.Again(r.RetryAfter)
	}
	return p.Render("refusal.html", view)
}
