// Package page writes cardflow's pages for people: a card, the form that finds one, and
// refusals, in English and Chinese. It is pure: a [flow.Flow] and a language go in,
// HTML comes out. A page has no script and loads nothing: its style and its drawings are
// in it.
package page

import (
	"embed"
	"net/url"

	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
)

//go:embed *.html style.css
var files embed.FS

var pages = htmlpage.New(files)

// Policy is the Content-Security-Policy of every page.
var Policy = pages.Policy

// frame is what surrounds each page.
type frame struct {
	htmlpage.Frame

	Words *words
	Code  string // of the language
}

func newFrame(l language.Language, title string) frame {
	w := wordsIn(l)
	return frame{Frame: pages.Frame(l, w.Words, title), Words: w, Code: l.Code()}
}

// Find returns the form that finds a card. Where wrong is not empty, it is what was
// entered and is no ICCID.
func Find(l language.Language, wrong string) ([]byte, error) {
	view := struct {
		frame
		Wrong string
	}{newFrame(l, wordsIn(l).Find.Title), printable(wrong)}
	view.Other = htmlpage.InOther(l, url.Values{})
	return pages.Render("find.html", view)
}
