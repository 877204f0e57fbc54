package page

import (
	"maps"
	"net/url"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/words"
	"signalbox/shared/htmlpage"
	"signalbox/shared/incidentlink"
)

// MaxNamed is how many incidents a page names at most. JSON and CSV have all.
const MaxNamed = 1000

// Action is a way on from an incident, such as to the form that silences it.
type Action struct{ Label, URL string }

// Request is how a page is asked for.
type Request struct {
	Query url.Values // of the page's address
	// Actions are what is offered for an incident. Nil: nothing is.
	Actions func(Item) []Action
}

// HTML writes the list as a page.
func (l List) HTML(r Request) ([]byte, error) {
	w := writer{words.In(l.Style.Language), l, r}
	said := w.words.Page
	view := view{Frame: pages.Frame(l.Style.Language, said.Words, said.Title), Words: said}
	view.Other = htmlpage.InOther(l.Style.Language, r.Query)
	view.Lines, view.Warnings = w.coverage()
	view.Filters, view.Formats = w.filters(), w.formats()
	view.Sections = w.sections()
	switch {
	case l.total() == 0 && l.Coverage.Sweep != "":
		view.None = said.None
	case len(l.Items) == 0 && l.total() > 0:
		view.None = said.NoneSuch
	case len(l.Items) > MaxNamed:
		view.Unnamed = said.Unnamed(len(l.Items) - MaxNamed)
	}
	return pages.Render("list.html", view)
}

type view struct {
	htmlpage.Frame

	Words            words.Page
	Lines            []string // how much of the fleet was checked, and how old that is
	Warnings         []string
	Filters, Formats []link
	Sections         []section
	None, Unnamed    string
}

type link struct {
	Text, URL string
	Current   bool
}

// writer words a list in one language.
type writer struct {
	words   *words.Words
	list    List
	request Request
}

// filters are the states that there are, and what is critical.
func (w writer) filters() []link {
	said := w.words.Page
	chosen := w.request.Query.Get(incidentlink.State) + w.request.Query.Get(incidentlink.Severity) + w.request.Query.Get(incidentlink.Rule)
	links := []link{{said.All + " " + words.Number(w.list.total()), w.address(nil), chosen == ""}}
	for _, state := range action.States() {
		text := said.States[string(state)] + " " + words.Number(w.list.Counts[state])
		links = append(links, link{text, w.address(url.Values{incidentlink.State: {string(state)}}), chosen == string(state)})
	}
	critical := said.Severities["critical"] + " " + words.Number(w.list.Critical)
	return append(links, link{critical, w.address(url.Values{incidentlink.Severity: {"critical"}}), chosen == "critical"})
}

// formats lead to what is chosen, in other forms.
func (w writer) formats() []link {
	var links []link
	for _, form := range []string{"CSV", "JSON"} {
		query := url.Values{incidentlink.Format: {map[string]string{"CSV": "csv", "JSON": "json"}[form]}}
		for _, name := range []string{incidentlink.State, incidentlink.Rule, incidentlink.Severity} {
			if value := w.request.Query.Get(name); value != "" {
				query.Set(name, value)
			}
		}
		links = append(links, link{Text: form, URL: w.address(query)})
	}
	return links
}

// address is that of the list with other parameters of its own, for whoever came by a
// link and in the language chosen.
func (w writer) address(own url.Values) string {
	query := make(url.Values)
	maps.Copy(query, w.request.Query)
	for _, name := range incidentlink.Parameters() {
		query.Del(name)
	}
	maps.Copy(query, own)
	return "?" + query.Encode()
}

// moment is a time with its offset.
func (w writer) moment(t time.Time) htmlpage.Cell {
	return htmlpage.Cell{Text: w.clock(t), Time: w.list.rfc3339(t)}
}

func (w writer) clock(t time.Time) string { return w.list.zoned(t).Format("2006-01-02 15:04 -07:00") }
