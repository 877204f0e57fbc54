package message

import (
	"maps"
	"slices"
	"strings"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/words"
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
	words.Column

	labelled bool // its label goes before its value in words, where there are no columns
	linked   bool
	limit    int
	value    func(r row) string
}

// columns are those that every rule has.
func (s Style) columns(now time.Time) []column {
	w := s.words().Columns
	return []column{
		{w.What, false, false, maxTitle + maxCause, func(r row) string { return r.what }},
		{w.Card, false, true, maxCell, func(r row) string { return s.ofKind(incident.Card, r) }},
		{w.Pool, true, false, maxCell, func(r row) string { return s.ofKind(incident.Pool, r) }},
		{w.Receiver, true, false, maxCell, s.receiver},
		{w.Plan, false, false, maxCell, func(r row) string { return r.Details.Facts.Package }},
		{w.Usage, false, false, maxCell, func(r row) string { return usage(r.Details.Facts) }},
		{w.PackageEnd, true, false, maxCell, func(r row) string { return s.expiry(r.Details.Facts.Expires, now) }},
	}
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
func (s Style) columnsOf(rows []row, now time.Time) []column {
	own := make(map[words.Column]bool)
	for _, r := range rows {
		if column := s.ofRule(r.Key.Rule).column; column.Title != "" {
			own[column] = true
		}
	}
	details := column{s.words().Columns.Details, false, false, maxCause, func(r row) string { return s.details(r, now) }}
	if len(own) == 1 {
		only := slices.Collect(maps.Keys(own))[0]
		details = column{only, true, false, maxCause, func(r row) string { return s.said(*r.Incident, now) }}
	}
	return append(s.columns(now), details, s.firstColumn())
}

// details is what only the rule of a row says, with its title.
func (s Style) details(r row, now time.Time) string {
	if said := s.said(*r.Incident, now); said != "" {
		return s.because(s.ofRule(r.Key.Rule).column.Title, said)
	}
	return ""
}

// table has the columns that have something to say of rows.
func (s Style) table(rows []row, now time.Time) notify.Table {
	t := notify.Table{Rows: make([]notify.Row, len(rows))}
	for i, r := range rows {
		t.Rows[i].Link = s.page(r, now)
	}
	for _, column := range s.columnsOf(rows, now) {
		cells := make([]string, len(rows))
		for i, r := range rows {
			cells[i] = clean(column.value(r), column.limit)
		}
		if !slices.ContainsFunc(cells, func(cell string) bool { return cell != "" }) {
			continue
		}
		var label string
		if column.labelled {
			label = column.Label + s.words().Punctuation.Colon
		}
		t.Columns = append(t.Columns, notify.Column{Title: column.Title, Label: label, Linked: column.linked})
		for i, cell := range cells {
			t.Rows[i].Cells = append(t.Rows[i].Cells, cell)
		}
	}
	if len(t.Columns) > 0 {
		return t
	}
	t.Columns = []notify.Column{{Title: s.words().Columns.What.Title}}
	for i, r := range rows { // Nothing is known, and Slack takes no table without a column.
		t.Rows[i].Cells = []string{s.title(notify.GroupOf(*r.Incident))}
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
	if cell == "" {
		return ""
	}
	return c.Label + cell
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
	return s.when(s.day(end), end, now)
}
