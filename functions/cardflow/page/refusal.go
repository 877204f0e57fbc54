package page

import (
	"net/url"

	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
)

// Refuse returns the page of a refusal. home is where the form is that finds a card, ""
// where there is none.
func Refuse(l language.Language, r htmlpage.Refusal, query url.Values, home string) ([]byte, error) {
	return pages.Refuse(l, wordsIn(l).Words, r, query, home)
}
