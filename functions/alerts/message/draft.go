package message

import (
	"strings"
	"time"
	"unicode/utf8"

	"signalbox/shared/incident"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
)

// MaxNamed is how many cards a message names at most.
const MaxNamed = layout.MaxNamed

// draft is a message while it is being put together.
type draft struct {
	style    Style
	at       time.Time
	title    string
	severity incident.Severity           // of the worst that is open; "": nothing is
	lines    []notify.Line               // totals
	rows     []row                       // in the order in which they are named
	first    func(named, all int) string // what the named ones are: the worst, or the first
	rest     string                      // says where those are that are not named
	chart    *notify.Chart               // nil: none
	footer   string
}

func (w Writer) draft() draft {
	return draft{style: w.Style, at: w.Coverage.At, first: w.Style.words().Message.Worst, footer: w.Coverage.line(w.Style)}
}

// message is the draft for any receiver.
func (d draft) message() notify.Message {
	return notify.Message{
		Title: d.title, Severity: d.severity, Lines: d.totals(), Rows: d.named(), Chart: d.chart,
		Links: d.links(), Footer: d.footer,
	}
}

// named are the rows for any receiver, of which it names as many as it has room for.
func (d draft) named() notify.Rows {
	rows := rowsOf(d.style, d.at, d.rows)
	rows.Unnamed = func(named int) string {
		return d.style.words().Punctuation.Sentences(d.first(named, len(d.rows)), d.rest)
	}
	return rows
}

func rowsOf(s Style, now time.Time, rows []row) notify.Rows {
	return notify.Rows{Count: len(rows), Table: func(n int) notify.Table { return s.table(rows[:n], now) }}
}

// totals are the lines that there is room for.
func (d draft) totals() []notify.Line {
	length := 0
	for i, line := range d.lines {
		if length += utf8.RuneCountInString(layout.SlackLine(line)) + 1; length > layout.MaxLines {
			more := d.style.words().Message.MoreLines(len(d.lines) - i)
			return append(d.lines[:i:i], notify.Line{Bullet: true, Spans: marked(more)})
		}
	}
	return d.lines
}

// links are what a message leads to, all incidents first: whatever else a button does
// needs somebody who listens.
func (d draft) links() []notify.Link {
	var links []notify.Link
	if list := d.style.Incidents.List(d.at); list != "" {
		links = append(links, notify.Link{ID: "incidents", Label: d.style.words().Page.Home, URL: list})
	}
	if d.style.Console != "" {
		links = append(links, notify.Link{ID: "console", Label: d.style.words().Message.Console, URL: d.style.Console})
	}
	return links
}

// said is a line of our own words, in which *this* is bold.
func said(text string) notify.Line { return notify.Line{Spans: marked(text)} }

// marked are our own words, in which *this* is bold.
func marked(text string) []notify.Span {
	var spans []notify.Span
	for i, part := range strings.Split(text, "*") {
		if part != "" {
			spans = append(spans, notify.Span{Text: part, Bold: i%2 == 1})
		}
	}
	return spans
}
