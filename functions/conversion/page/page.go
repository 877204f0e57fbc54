// Package page shows the conversion rates of OTPs to people, in English and Chinese: what
// is open, how rate and volume went beside what is usual, and where that is from. It is
// pure: windows, the past and what is open go in, HTML comes out. A page has no script and
// loads nothing: its style and its drawings are in it.
package page

import (
	"embed"
	"net/url"

	"signalbox/functions/conversion/words"
	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
)

//go:embed *.html style.css
var files embed.FS

var pages = htmlpage.New(files)

// Policy is the Content-Security-Policy of every page.
var Policy = pages.Policy

// Refuse returns the page of a refusal. home is where the rates are, "" where that is not
// to be shown.
func Refuse(l language.Language, r htmlpage.Refusal, query url.Values, home string) ([]byte, error) {
	return pages.Refuse(l, words.In(l).Page.Words, r, query, home)
}
