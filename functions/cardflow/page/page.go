// Package page writes cardflow's pages for people: a card, the form that finds one, and
// refusals, in English and Chinese. It is pure: a [flow.Flow] and a language go in,
// HTML comes out. A page has no script and loads nothing: its style and its drawings are
// in it.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"maps"
	"net/url"

	"signalbox/shared/language"
)

//go:embed *.html style.css
var files embed.FS

var (
	styleText = mustRead("style.css")
	templates = template.Must(template.ParseFS(files, "*.html"))
)

// Policy is the Content-Security-Policy of every page: its own style and icon, forms
// that lead to where it is from, and nothing else.
var Policy = policy()

// policy names the style by its hash.
//
// https://www.w3.org/TR/CSP3/#framework-directive-source-list
func policy() string {
	sum := sha256.Sum256([]byte(styleText))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

func mustRead(name string) string {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err) // It is embedded.
	}
	return string(text)
}

// frame is what surrounds each page.
type frame struct {
	Words *words
	Code  string // of the language
	Style template.CSS
	Title string
	Home  string // where the form is that finds a card; "": not to be shown
	Other string // this page in the other language; "": not to be shown
}

func newFrame(l language.Language, title string) frame {
	return frame{Words: wordsIn(l), Code: l.Code(), Style: template.CSS(styleText), Title: title} //nolint:gosec // it is our own file
}

// render writes a page. It fails for no input.
func render(name string, view any) ([]byte, error) {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name, view); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// inOther is the page that query belongs to in the other language.
func inOther(l language.Language, query url.Values) string {
	other := maps.Clone(query)
	other.Set(language.Parameter, l.Other().Code())
	return "?" + other.Encode()
}

// Find returns the form that finds a card. Where wrong is not empty, it is what was
// entered and is no ICCID.
func Find(l language.Language, wrong string) ([]byte, error) {
	view := struct {
		frame
		Wrong string
	}{newFrame(l, wordsIn(l).Find.Title), printable(wrong)}
	view.Other = inOther(l, url.Values{})
	return render("find.html", view)
}
