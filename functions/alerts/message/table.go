package message

import (
	"maps"
	"slices"
	"strings"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

// Limits of cells, in characters: a cause has to be read to its end.
const (
	maxCell  = 60
	maxTitle = 100
	maxCause = 250
	unknown  = "–"
)

// row is one line of a table.
type row struct {
	*rule.Incident

	what string // empty: the table does not say one kind from another
}

// column is what a table may show of a row; one that is unknown for all rows is
// left out.
type column struct {
	title    string
	labelled bool // its title goes before its value in words, where there are no columns
	limit    int
	value    func(s Style, now time.Time, r row) string
}

var columns = []column{
	{"What", false, maxTitle + maxCell, func(_ Style, _ time.Time, r row) string { return r.what }},
	{cardColumn, false, maxCell, func(s Style, _ time.Time, r row) string { return s.ofKind(incident.Card, r) }},
	{"Pool", true, maxCell, func(s Style, _ time.Time, r row) string { return s.ofKind(incident.Pool, r) }},
	{"Receiver", true, maxCell, func(s Style, _ time.Time, r row) string { return s.receiver(r) }},
	{"Plan", false, maxCell, func(_ Style, _ time.Time, r row) string { return r.Details.Facts.Package }},
	{"Used / total", false, maxCell, func(_ Style, _ time.Time, r row) string { return usage(r.Details.Facts) }},
	{"Package end", true, maxCell, func(s Style, now time.Time, r row) string { return s.expiry(r.Details.Facts.Expires, now) }},
}

// ofKind names what a row is about where that is of a kind.
func (s Style) ofKind(kind incident.SubjectKind, r row) string {
	if r.Key.Subject.Kind != kind {
		return ""
	}
	return s.subject(r.Key.Subject)
}

// receiver has a name to show. The other parts of the fleet are one each.
func (s Style) receiver(r row) string {
	if r.Key.Rule != rule.ReceiverName {
		return ""
	}
	return s.ofKind(incident.Fleet, r)
}

// columnsOf are those that every rule has, and one for what only the rules of
// rows say.
func columnsOf(rows []row) []column {
	titles := make(map[string]bool)
	for _, r := range rows {
		if title := wordsOf(r.Key.Rule).column; title != "" {
			titles[title] = true
		}
	}
	details := column{title: "Details", limit: maxCause, value: details}
	if len(titles) == 1 {
		title := slices.Collect(maps.Keys(titles))[0]
		details = column{title: title, labelled: true, limit: maxCause, value: func(s Style, now time.Time, r row) string {
			return wordsOf(r.Key.Rule).said(s, now, *r.Incident)
		}}
	}
	return append(slices.Clone(columns), details)
}

// details is what only the rule of a row says, with its title.
func details(s Style, now time.Time, r row) string {
	words := wordsOf(r.Key.Rule)
	if said := words.said(s, now, *r.Incident); said != "" {
		return words.column + ": " + said
	}
	return ""
}

// table has the columns that have something to say of rows.
func table(s Style, now time.Time, rows []row) notify.Table {
	t := notify.Table{Rows: make([]notify.Row, len(rows))}
	for i, r := range rows {
		t.Rows[i].Link = s.page(r, now)
	}
	for _, column := range columnsOf(rows) {
		cells := make([]string, len(rows))
		for i, r := range rows {
			cells[i] = clean(column.value(s, now, r), column.limit)
		}
		if !slices.ContainsFunc(cells, func(cell string) bool { return cell != "" }) {
			continue
		}
		t.Columns = append(t.Columns, notify.Column{Title: column.title, Labelled: column.labelled, Linked: column.title == cardColumn})
		for i, cell := range cells {
			t.Rows[i].Cells = append(t.Rows[i].Cells, cell)
		}
	}
	if len(t.Columns) > 0 {
		return t
	}
	t.Columns = []notify.Column{{Title: columns[0].title}}
	for i, r := range rows { // Nothing is known, and Slack takes no table without a column.
		t.Rows[i].Cells = []string{title(notify.GroupOf(*r.Incident))}
	}
	return t
}

// rowTexts are rows in words, without what is unknown.
func rowTexts(t notify.Table) []string {
	texts := make([]string, len(t.Rows))
	for i, r := range t.Rows {
		parts := make([]string, len(r.Cells))
		for j, cell := range r.Cells {
			parts[j] = inWords(t.Columns[j], cell)
		}
		texts[i] = joined(" · ", parts...)
	}
	return texts
}

// inWords is a cell where there are no columns.
func inWords(c notify.Column, cell string) string {
	if cell == "" || !c.Labelled {
		return cell
	}
	return strings.ToLower(c.Title) + ": " + cell
}

// usage says "92.00MB / 100.00MB (92%)", as far as it is known.
func usage(f rule.Facts) string {
	text := f.Used.Text()
	if total := f.Used.Plus(f.Rest); total.Known() {
		text += " / " + total.Text()
	}
	if ratio := f.Ratio.Text(); ratio != "" {
		text = strings.TrimSpace(text + " (" + ratio + ")")
	}
	return text
}

// expiry says when a package ends, and in how many days.
func (s Style) expiry(end, now time.Time) string {
	if end.IsZero() {
		return ""
	}
	if left := end.Sub(now); left > 0 {
		return s.day(end) + ", in " + age(left)
	}
	return s.day(end) + ", " + age(now.Sub(end)) + " ago"
}
