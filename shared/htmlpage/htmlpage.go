// Package htmlpage is what the pages of all functions have in common: the layout, the
// style, the policy and refusals. It is pure. A page has no script and loads nothing:
// its style and its drawings are in it.
package htmlpage

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io/fs"
	"maps"
	"net/url"

	"signalbox/shared/language"
)

//go:embed *.html style.css
var files embed.FS

// Pages are the pages of one function. It is safe for concurrent use.
type Pages struct {
	// Policy is the Content-Security-Policy of every page: its own style and icon, forms
	// that lead to where it is from, and nothing else.
	Policy string

	templates *template.Template
	style     template.CSS
}

// New returns the pages whose templates, *.html, and style, style.css, are in own. The
// templates may use "top", "bottom" and "cell" of the layout, and their views embed a
// [Frame]. It panics where a file is wrong: they are embedded.
func New(own fs.FS) *Pages {
	style := mustRead(files) + mustRead(own)
	templates := template.Must(template.ParseFS(files, "*.html"))
	return &Pages{
		Policy: policy(style), templates: template.Must(templates.ParseFS(own, "*.html")),
		style: template.CSS(style), //nolint:gosec // it is our own file
	}
}

// policy names the style by its hash.
//
// https://www.w3.org/TR/CSP3/#framework-directive-source-list
func policy(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

func mustRead(from fs.FS) string {
	text, err := fs.ReadFile(from, "style.css")
	if err != nil {
		panic(err) // It is embedded.
	}
	return string(text)
}

// Frame is what surrounds each page.
type Frame struct {
	Common *words
	Own    Words
	Style  template.CSS
	Title  string
	Home   string // where one begins; "": not to be shown
	Other  string // this page in the other language; "": not to be shown
}

// Frame returns the frame of a page, without ways to others. own are the function's
// words in the language.
func (p *Pages) Frame(l language.Language, own Words, title string) Frame {
	return Frame{Common: wordsIn(l), Own: own, Style: p.style, Title: title}
}

// Render writes a page by the template of that name.
func (p *Pages) Render(name string, view any) ([]byte, error) {
	var out bytes.Buffer
	if err := p.templates.ExecuteTemplate(&out, name, view); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// InOther is the page that query belongs to in the other language than l.
func InOther(l language.Language, query url.Values) string {
	other := maps.Clone(query)
	if other == nil {
		other = make(url.Values)
	}
	other.Set(language.Parameter, l.Other().Code())
	return "?" + other.Encode()
}

// Cell is one value on a page.
type Cell struct {
	Text    string
	Time    string // RFC 3339, of a time
	Unknown bool   // Text says so
}
