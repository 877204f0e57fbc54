package page

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/words"
	"signalbox/shared/htmlpage"
	"signalbox/shared/incident"
	"signalbox/shared/incidentlink"
	"signalbox/shared/plaintext"
)

// section is the incidents of a state.
type section struct {
	State, Title string
	Groups       []group
}

// group is the incidents of a state, a severity and a rule.
type group struct {
	Title    string
	Severity string // as a class of the style
	Level    string // the severity in words
	Count    string
	Link     string // to these rules' incidents alone
	Columns  []string
	Rows     [][]cell
}

// cell is what a row says in one column.
type cell struct {
	htmlpage.Cell

	Column string
	Head   bool   // it names the row
	Link   string // "": none
	Notes  []htmlpage.Cell
	Ways   []Action
}

func (c cell) empty() bool { return c.Text == "" && len(c.Notes) == 0 && len(c.Ways) == 0 }

// sections are what the page names, by state and group.
func (w writer) sections() []section {
	var sections []section
	named := w.list.Items[:min(len(w.list.Items), MaxNamed)]
	counts := make(map[groupKey]int)
	for _, item := range w.list.Items {
		counts[keyOf(item)]++
	}
	for state := range slices.Values(action.States()) {
		s := section{State: string(state), Title: w.words.Page.States[string(state)]}
		for len(named) > 0 && named[0].Standing.State == state {
			key := keyOf(named[0])
			end := slices.IndexFunc(named, func(i Item) bool { return keyOf(i) != key })
			if end < 0 {
				end = len(named)
			}
			s.Groups = append(s.Groups, w.group(named[:end], counts[key]))
			named = named[end:]
		}
		if len(s.Groups) > 0 {
			sections = append(sections, s)
		}
	}
	return sections
}

type groupKey struct {
	state    action.State
	severity incident.Severity
	rule     string
}

func keyOf(i Item) groupKey { return groupKey{i.Standing.State, i.Severity, i.Key.Rule} }

func (w writer) group(items []Item, count int) group {
	first := items[0]
	g := group{
		Title: plaintext.Printable(w.describe(first).Title), Severity: string(first.Severity), Level: w.words.Page.Severities[string(first.Severity)],
		Count: words.Number(count), Link: w.address(url.Values{incidentlink.Rule: {first.Key.Rule}}),
	}
	rows := make([][]cell, len(items))
	for i, item := range items {
		rows[i] = w.row(item)
	}
	for column := range rows[0] {
		if !slices.ContainsFunc(rows, func(row []cell) bool { return !row[column].empty() }) {
			continue
		}
		g.Columns = append(g.Columns, rows[0][column].Column)
		for i, row := range rows {
			if len(g.Rows) <= i {
				g.Rows = append(g.Rows, nil)
			}
			g.Rows[i] = append(g.Rows[i], row[column])
		}
	}
	return g
}

func (w writer) describe(i Item) message.Description {
	return w.list.Style.Describe(*i.Incident, w.list.now())
}

// row has all columns, be they empty. What decides comes first.
func (w writer) row(i Item) []cell {
	said, f, c := w.describe(i), i.Details.Facts, w.words.Columns
	subject := cell{Cell: text(said.Subject), Column: w.subjectColumn(i), Head: true, Link: said.Page}
	subject.Notes = texts(strings.Join(f.Tags, w.words.Punctuation.Comma), f.Remark, f.Package)
	row := []cell{
		subject,
		{Cell: text(said.Details), Column: cmp.Or(said.Column, c.Details.Title)},
		{Cell: text(w.threshold(i)), Column: w.words.Page.Columns.Threshold},
		{Cell: text(message.Usage(f)), Column: c.Usage.Title},
		{Cell: text(w.list.Style.When(f.Expires, w.list.now())), Column: c.PackageEnd.Title},
		w.since(i), w.standing(i),
		{Column: w.words.Page.Columns.Actions},
	}
	if w.request.Actions != nil {
		row[len(row)-1].Ways = w.request.Actions(i)
	}
	return row
}

// subjectColumn is the title of what an incident is about.
func (w writer) subjectColumn(i Item) string {
	switch {
	case i.Key.Subject.Kind == incident.Card:
		return w.words.Columns.Card.Title
	case i.Key.Subject.Kind == incident.Pool:
		return w.words.Columns.Pool.Title
	case i.Key.Rule == rule.ReceiverName:
		return w.words.Columns.Receiver.Title
	default:
		return w.words.Page.Columns.Part
	}
}

func text(s string) htmlpage.Cell { return htmlpage.Cell{Text: plaintext.Printable(s)} }

// texts are those that are not empty.
func texts(all ...string) []htmlpage.Cell {
	var cells []htmlpage.Cell
	for _, s := range all {
		if s != "" {
			cells = append(cells, text(s))
		}
	}
	return cells
}

func (w writer) threshold(i Item) string {
	switch {
	case i.Threshold == (incident.Threshold{}):
		return ""
	case i.Key.Rule == rule.UsageName:
		return i.Threshold.String() + "%"
	case i.Key.Rule == rule.ExpiryName:
		return w.words.Time.Days(int(i.Threshold.Value))
	default:
		return i.Threshold.String()
	}
}

func (w writer) since(i Item) cell {
	c := cell{Column: w.words.Page.Columns.Since}
	if i.Opened.IsZero() {
		return c
	}
	c.Cell = text(w.words.Time.Age(w.list.now().Sub(i.Opened)))
	c.Notes = []htmlpage.Cell{w.moment(i.Opened)}
	return c
}

// standing says who has put the incident there, until when and why; of an open one what
// keeps it from being notified.
func (w writer) standing(i Item) cell {
	said, s := w.words.Page, i.Standing
	c := cell{Column: said.Columns.Standing}
	switch {
	case s.State != action.Open:
		c.Cell = text(said.States[string(s.State)])
	case i.Suppressed.By == incident.ByMuteTime:
		c.Cell = text(said.MuteTime)
	case i.Suppressed.By == incident.ByInhibition:
		c.Cell = text(said.Inhibited(i.Suppressed.Name))
	}
	add := func(said func(string) string, value string) {
		if value != "" {
			c.Notes = append(c.Notes, text(said(value)))
		}
	}
	if s.ByFile() {
		c.Notes = append(c.Notes, text(said.ByFile))
	}
	add(said.By, w.who(s.By))
	add(said.At, w.optional(s.At))
	add(said.Until, w.optional(s.Until))
	add(said.Because, s.Comment)
	if !s.AcknowledgedAt.IsZero() {
		also := w.words.Act.StateAcknowledged(w.who(s.AcknowledgedBy)) + w.words.Punctuation.Comma + said.At(w.clock(s.AcknowledgedAt))
		c.Notes = append(c.Notes, text(also))
	}
	return c
}

// who names somebody who has done something, or nobody.
func (w writer) who(name string) string { return w.list.who(name) }

func (w writer) optional(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.clock(t)
}
