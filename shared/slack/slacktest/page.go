package slacktest

import (
	"bytes"
	_ "embed" // the inbox page
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"
)

//go:embed inbox.html
var inboxHTML string

var inboxPage = template.Must(template.New("inbox").Funcs(template.FuncMap{"show": text.html}).Parse(inboxHTML))

// letter is a message as the page shows it.
type letter struct {
	Message
	Parts []part
}

// handlePage shows the inbox to people, newest first.
func (s *Server) handlePage(w http.ResponseWriter, _ *http.Request) {
	var letters []letter
	for _, m := range slices.Backward(s.Inbox()) {
		letters = append(letters, m.letter())
	}
	var page bytes.Buffer
	if err := inboxPage.Execute(&page, letters); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_, _ = page.WriteTo(w)
}

// letter reads m's blocks, or shows its text as Slack does where it has none.
func (m Message) letter() letter {
	parts, _ := readBlocks(m.Blocks)
	if len(parts) == 0 {
		parts = []part{{Kind: "section", Text: text{Raw: m.Text, Mrkdwn: true}}}
	}
	return letter{m, parts}
}

// handleJSON gives the inbox to programs, oldest first.
func (s *Server) handleJSON(w http.ResponseWriter, _ *http.Request) {
	answerJSON(w, http.StatusOK, s.Inbox())
}

// handleText prints the inbox for a terminal, oldest first.
func (s *Server) handleText(w http.ResponseWriter, _ *http.Request) {
	var b strings.Builder
	for _, m := range s.Inbox() {
		b.WriteString("#" + m.Channel + "  " + m.At.Format(time.RFC3339) + "\n\n" + m.Plain() + "\n")
	}
	answerText(w, http.StatusOK, b.String())
}

// html returns t as HTML. Everything that came from outside is escaped.
func (t text) html() template.HTML {
	var b strings.Builder
	if t.Mrkdwn {
		writeHTML(&b, parse(t.Raw))
	} else {
		b.WriteString(template.HTMLEscapeString(t.Raw))
	}
	return template.HTML(b.String()) //nolint:gosec // built by writeHTML, which escapes every word and address
}

func writeHTML(b *strings.Builder, spans []span) {
	for _, s := range spans {
		open, end := s.tags()
		b.WriteString(open + template.HTMLEscapeString(s.Words))
		writeHTML(b, s.Inside)
		b.WriteString(end)
	}
}

// tags returns what stands around s. Only web addresses become links.
func (s span) tags() (open, end string) {
	if s.Style == "" {
		return "", ""
	}
	if s.URL == "" {
		return "<" + s.Style + ">", "</" + s.Style + ">"
	}
	if !strings.HasPrefix(s.URL, "https://") && !strings.HasPrefix(s.URL, "http://") {
		return "", ""
	}
	return `<a href="` + template.HTMLEscapeString(s.URL) + `">`, "</a>"
}
