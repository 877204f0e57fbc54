package main

import (
	"cmp"
	"embed"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"signalbox/shared/htmlpage"
	"signalbox/shared/language"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/web"
)

//go:embed devpage
var devFiles embed.FS

var devPages = newDevPages()

func newDevPages() *htmlpage.Pages {
	files, err := fs.Sub(devFiles, "devpage")
	if err != nil {
		panic(err) // It is embedded.
	}
	return htmlpage.New(files)
}

// startPage is the page that one begins at.
type startPage struct {
	htmlpage.Frame

	Cards      int
	Said       string
	Pages      []devLink
	Happenings []happening
	Bot        bool
	Messages   []devMessage
	Whispers   []string // the latest last
	Steps      []devStep
	Exports    []string
}

// devLink leads somewhere.
type devLink struct{ Label, URL, Note string }

// devMessage is one of Slack's that can be pressed.
type devMessage struct {
	Title, TS string
	Controls  []slacktest.Control
}

// devStep is one of the requests worth trying.
type devStep struct{ Title, Curl string }

// shownWhispers is how many are on the page.
const shownWhispers = 3

// page is the page as it is now.
func (e *environment) page() startPage {
	p := startPage{
		Frame: devPages.Frame(language.English, htmlpage.Words{}, "Dev environment"),
		Cards: e.cloud.Cards(), Said: e.said.last(), Pages: e.links(), Happenings: happenings, Bot: e.bot, Exports: e.exports(),
	}
	for _, s := range e.steps() {
		p.Steps = append(p.Steps, devStep{s.title, s.curl()})
	}
	inbox := e.slack.Inbox()
	for _, m := range slices.Backward(inbox) {
		if controls := m.Controls(); len(controls) > 0 {
			p.Messages = append(p.Messages, devMessage{firstLine(m.Plain()), m.TS, controls})
		}
	}
	whispers := e.slack.Whispers()
	for _, w := range whispers[max(0, len(whispers)-shownWhispers):] {
		p.Whispers = append(p.Whispers, w.Text)
	}
	return p
}

func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// links lead to all that can be looked at in a browser.
func (e *environment) links() []devLink {
	links := []devLink{
		{"Page of a card", e.pageLink(), "by a signed link"},
		{"All incidents", e.listLink(), "by a signed link"},
		{"OTP rates", e.ratesLink(), "by a signed link"},
		{"Any card", e.base + "/cardflow/", "with any name and the password " + devToken},
		{"Slack inbox", e.base + "/inbox", ""},
	}
	for _, r := range e.receivers {
		links = append(links, devLink{r.name + " inbox", e.base + r.inboxPath(), ""})
	}
	return append(links, devLink{"Health", e.base + "/readyz", ""}, devLink{"Metrics", e.base + "/metrics", ""}, devLink{"All this as text", e.base + "/index.txt", ""})
}

// handleRoot shows the start page. Alibaba's gateway answers at the same path, as the real one
// does.
func (e *environment) handleRoot(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.URL.Query().Has("Action") {
		e.cloud.ServeHTTP(w, r)
		return
	}
	body, err := devPages.Render("start.html", e.page())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	web.WritePage(w, http.StatusOK, devPages.Policy, body)
}

// handleText says what to try, for a terminal.
func (e *environment) handleText(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, e.welcome()) // The caller may not be there any more.
}

// exports are lines for a shell that have other commands use the fakes.
func (e *environment) exports() []string {
	var lines []string
	for _, line := range e.environ("other.db") {
		name, value, _ := strings.Cut(line, "=")
		lines = append(lines, "export "+name+"='"+strings.ReplaceAll(value, "'", `'\''`)+"'")
	}
	return lines
}

// mountPage puts the start page and what can be done there. A form is taken from this page
// alone: another site's, which a browser may be made to send, is refused.
func (e *environment) mountPage() {
	e.HandleFunc("/{$}", e.handleRoot)
	e.HandleFunc("GET /index.txt", e.handleText)
	own := http.NewCrossOriginProtection()
	for path, do := range map[string]func(*http.Request) string{"/dev/happen": e.happen, "/dev/press": e.press, "/dev/command": e.enter} {
		e.Handle("POST "+path, own.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if "http://"+r.Host != e.base {
				http.Error(w, "this host is not "+e.base, http.StatusForbidden)
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			e.said.say(cmp.Or(do(r), "Done."))
			http.Redirect(w, r, "/", http.StatusSeeOther)
		})))
	}
}

// maxForm is more than any form here has, in bytes.
const maxForm = 64 << 10
