package slacktest

import (
	"bytes"
	_ "embed" // the inbox page
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed inbox.html
var inboxHTML string

var inboxPage = template.Must(template.New("inbox").Funcs(template.FuncMap{
	"show": text.html, "label": File.label, "draw": chart.draw, "describe": chart.describe,
}).Parse(inboxHTML))

// letter is a message as the page shows it, with its thread.
type letter struct {
	Message
	Parts   []part
	Replies []letter // oldest first
}

// handlePage shows the inbox to people, the newest threads first.
func (s *Server) handlePage(w http.ResponseWriter, _ *http.Request) {
	var page bytes.Buffer
	if err := inboxPage.Execute(&page, threads(s.Inbox())); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_, _ = page.WriteTo(w)
}

// threads puts replies under what they reply to. The fake takes none whose
// parent it does not know.
func threads(inbox []Message) []letter {
	replies := map[string][]letter{}
	for _, m := range inbox {
		if m.ThreadTS != "" {
			replies[m.ThreadTS] = append(replies[m.ThreadTS], letter{Message: m, Parts: m.parts()})
		}
	}
	var letters []letter
	for _, m := range slices.Backward(inbox) {
		if m.ThreadTS == "" {
			letters = append(letters, letter{m, m.parts(), replies[m.TS]})
		}
	}
	return letters
}

// parts reads m's blocks, or its text as Slack shows it where it has none.
func (m Message) parts() []part {
	parts, _ := readBlocks(m.Blocks)
	if len(parts) == 0 && m.Text != "" {
		parts = []part{{Kind: "section", Text: text{Raw: m.Text, Mrkdwn: true}}}
	}
	return parts
}

// handleJSON gives the inbox to programs, oldest first.
func (s *Server) handleJSON(w http.ResponseWriter, _ *http.Request) {
	answerJSON(w, http.StatusOK, s.Inbox())
}

// handleText prints the inbox for a terminal, oldest first.
func (s *Server) handleText(w http.ResponseWriter, _ *http.Request) {
	var b strings.Builder
	for _, m := range s.Inbox() {
		b.WriteString("#" + m.Channel + "  " + m.At.Format(time.RFC3339) + m.history() + "\n\n" + m.Plain() + "\n")
	}
	answerText(w, http.StatusOK, b.String())
}

// history says what a terminal's reader cannot see otherwise.
func (m Message) history() string {
	said := ""
	if m.ThreadTS != "" {
		said += "  reply to " + m.ThreadTS
	}
	if m.Broadcast {
		said += ", also to the channel"
	}
	if m.Updates > 0 {
		said += "  edited " + strconv.Itoa(m.Updates) + "×"
	}
	return said
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
