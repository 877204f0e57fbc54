// Package page shows all incidents that are open, acknowledged or silenced: as a page for
// people, in English and Chinese, and as JSON and CSV for programs. It is pure: incidents
// and what became of them go in, text comes out.
package page

import (
	"embed"
	"net/url"

	"signalbox/functions/alerts/words"
	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
)

//go:embed *.html style.css
var files embed.FS

var pages = htmlpage.New(files)

// Policy is the Content-Security-Policy of every page.
var Policy = pages.Policy

// Refuse returns the page of a refusal. home is where the list is, "" where that is not
// to be shown.
func Refuse(l language.Language, r htmlpage.Refusal, query url.Values, home string) ([]byte, error) {
	return pages.Refuse(l, words.In(l).Page.Words, r, query, home)
}
