package notify

import (
	"iter"
	"strings"
	"time"

	"signalbox/shared/incident"
)

// Message is what people get to read, before it is known where: a Poster lays it out as
// its receiver takes it, names as many rows as there is room for, and says how many it
// does not name. All texts are plain, each on one line, and none is anybody's markup.
type Message struct {
	// ID is the same however often the message is sent. The Notifier sets it.
	ID    string
	Title string
	// Severity is that of the worst incident that is open. "": none is, or the message
	// is not about incidents.
	Severity incident.Severity
	// Extent is how much of the message is to be sent. The Notifier sets it.
	Extent Extent
	Lines  []Line
	Rows   Rows
	Chart  *Chart // nil: none. Lines say the same, for where it cannot be drawn.
	Links  []Link
	Footer string
	// Mention asks for the attention of everybody there, as far as the receiver has a
	// way to. The Notifier sets it.
	Mention bool
	// Alerts are all that the message is about, for programs. nil: nothing that is
	// open or resolved.
	Alerts iter.Seq[Alert]
}

// Extent is how much of a message is sent: less, where the receiver refuses more.
type Extent int

// The extents.
const (
	Whole Extent = iota
	Plain        // in words alone
	Short        // the title alone
)

// Line is a line of a message.
type Line struct {
	Bullet bool // it is one of a list
	Spans  []Span
}

// Span is a part of a line.
type Span struct {
	Text string
	Bold bool
}

// Text is the line without what is bold in it.
func (l Line) Text() string {
	var b strings.Builder
	for _, s := range l.Spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Rows are what a message names, the worst first. The zero value has none.
type Rows struct {
	Count int
	// Table is the first n of them, 1 to Count.
	Table func(n int) Table
	// Unnamed says in words that only the first n are named.
	Unnamed func(n int) string
}

// Table is some rows, with the columns that say something of them.
type Table struct {
	Columns []Column
	Rows    []Row
}

// Column is one of a table.
type Column struct {
	Title  string
	Label  string // goes before a cell where there are no columns; "": nothing does
	Linked bool   // the cell leads to the row's Link
	Spare  int    // the higher, the sooner it is left out where there is no room; 0: never
}

// Keeping is the table without the columns that are more to spare than that.
func (t Table) Keeping(spare int) Table {
	kept := Table{Rows: make([]Row, len(t.Rows))}
	for i, r := range t.Rows {
		kept.Rows[i].Link = r.Link
	}
	for at, c := range t.Columns {
		if c.Spare > spare {
			continue
		}
		kept.Columns = append(kept.Columns, c)
		for i, r := range t.Rows {
			kept.Rows[i].Cells = append(kept.Rows[i].Cells, r.Cells[at])
		}
	}
	return kept
}

// Row is one of a table.
type Row struct {
	Cells []string // one for each column; "": unknown
	Link  string   // address of the page about it; "": there is none
}

// Chart is one number for each label.
type Chart struct {
	Title, Series, Unit string
	Points              []Point
}

// Point is one bar of a chart.
type Point struct {
	Label string
	Value float64
}

// Link is an address that a message leads to, as a button where there are any.
type Link struct {
	ID    string // names the button
	Label string
	URL   string
}

// Alert is an incident as Alertmanager has it.
//
// See https://prometheus.io/docs/alerting/latest/configuration/#webhook_config.
type Alert struct {
	Fingerprint         string // the same for the same incident
	Labels, Annotations map[string]string
	StartsAt            time.Time
	EndsAt              time.Time // zero: it is firing
}

// IsFiring reports whether the incident is open.
func (a Alert) IsFiring() bool { return a.EndsAt.IsZero() }

// Text is the message in words, without rows.
func (m Message) Text() string {
	lines := []string{m.Title}
	if m.Extent != Short {
		for _, l := range m.Lines {
			lines = append(lines, l.Text())
		}
		if m.Footer != "" {
			lines = append(lines, m.Footer)
		}
	}
	return strings.Join(lines, "\n")
}
