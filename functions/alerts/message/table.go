package message

import (
	"maps"
	"slices"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/functions/alerts/words"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

// Limits of cells, in characters: a cause has to be read to its end.
const (
	maxCell  = 60
	maxNote  = 30 // a card's remark, and its tags
	maxWhich = 20 + 2*maxNote + 10
	maxTitle = 100
	maxCause = 250
)

// row is one line of a table.
type row struct {
	*rule.Incident

	icon string // of its severity, or of how it ended
	what string // empty: the table does not say one kind from another
}

// column is what a table may show of a row; one that is unknown for all rows is
// left out.
type column struct {
	words.Column

	labelled bool // its label goes before its value in words, where there are no columns
	linked   bool
	limit    int
	spare    int // the higher, the sooner it is left out where there is no room; 0: never
	value    func(r row) string
}

// The columns that are left out where there is no room, the first of them last: at most
// [layout.MaxSpare].
const (
	spareAction = iota + 1
	spareThreshold
	spareUsage
	sparePlan
)

// columnsOf are which rows they are, what decided about them, the threshold, what to do,
// and then what did not decide, as far as the details of rows of several rules have not
// said it.
func (s Style) columnsOf(rows []row, now time.Time) []column {
	w := s.words().Columns
	own, isMixed := s.ownColumn(rows, now)
	columns := append(s.subjectColumns(), own, s.firstColumn(),
		column{Column: w.Threshold, limit: maxCell, spare: spareThreshold, value: func(r row) string { return s.threshold(*r.Incident, now) }},
		column{Column: w.Action, limit: maxCell, spare: spareAction, value: func(r row) string { return s.action(*r.Incident, now) }})
	for _, c := range []column{
		{Column: w.PackageEnd, labelled: true, limit: maxCell, value: func(r row) string { return packageEnd(s, now, *r.Incident) }},
		{Column: w.Usage, limit: maxCell, spare: spareUsage, value: func(r row) string { return used(s, now, *r.Incident) }},
		{Column: w.Plan, limit: maxCell, spare: sparePlan, value: func(r row) string { return r.Details.Facts.Package }},
	} {
		isSaid := isMixed && c.spare != sparePlan
		if c.Column != own.Column && !isSaid {
			columns = append(columns, c)
		}
	}
	return columns
}

// subjectColumns say which rows they are.
func (s Style) subjectColumns() []column {
	w := s.words().Columns
	return []column{
		{Column: w.What, limit: maxTitle + maxCause, value: func(r row) string { return r.what }},
		{Column: w.Card, linked: true, limit: maxWhich, value: s.card},
		{Column: w.Pool, labelled: true, limit: maxCell, value: func(r row) string { return s.ofKind(incident.Pool, r) }},
		{Column: w.Receiver, labelled: true, limit: maxCell, value: s.receiver},
	}
}

// card names a card, with what its owner calls it.
func (s Style) card(r row) string {
	id := s.ofKind(incident.Card, r)
	if id == "" {
		return ""
	}
	f := r.Details.Facts
	return joined(" · ", clean(id, maxWhich-2*maxNote), clean(f.Remark, maxNote), clean(s.listed(f.Tags...), maxNote))
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

// ownColumn has what decided about each of the rows. Where they are of several rules, each
// says what that is, and when the package ends.
func (s Style) ownColumn(rows []row, now time.Time) (own column, isMixed bool) {
	ofRules := make(map[words.Column]ownColumn)
	for _, r := range rows {
		if c := s.ofRule(r.Key.Rule).own; c.Title != "" {
			ofRules[c.Column] = c
		}
	}
	if len(ofRules) == 1 {
		only := slices.Collect(maps.Values(ofRules))[0]
		return column{Column: only.Column, labelled: !only.evident, limit: maxCause, value: func(r row) string { return s.said(*r.Incident, now) }}, false
	}
	return column{Column: s.words().Columns.Details, limit: maxCause + maxCell, value: func(r row) string { return s.details(r, now) }}, true
}

// details are what decided about a row, and when the package ends, which is never cut off.
func (s Style) details(r row, now time.Time) string {
	own, end := s.ofRule(r.Key.Rule).own, s.words().Columns.PackageEnd
	labelled := func(c words.Column, text string) string {
		if text == "" {
			return ""
		}
		return s.because(c.Label, text)
	}
	details := labelled(own.Column, clean(s.said(*r.Incident, now), maxCause))
	if own.Column == end {
		return details
	}
	return joined(" · ", details, labelled(end, packageEnd(s, now, *r.Incident)))
}

// table has the columns that have something to say of rows. The first has their icons.
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
		s.addColumn(&t, column, cells)
	}
	if len(t.Columns) == 0 { // Nothing is known, and Slack takes no table without a column.
		titles := make([]string, len(rows))
		for i, r := range rows {
			titles[i] = s.title(notify.GroupOf(*r.Incident))
		}
		s.addColumn(&t, column{Column: s.words().Columns.What}, titles)
	}
	t.Columns[0].Label = "" // its icons say where a row begins
	for i, r := range rows {
		t.Rows[i].Cells[0] = joined(" ", r.icon, t.Rows[i].Cells[0])
	}
	return t
}

func (s Style) addColumn(t *notify.Table, c column, cells []string) {
	added := notify.Column{Title: c.Title, Linked: c.linked, Spare: c.spare}
	if c.labelled {
		added.Label = c.Label + s.words().Punctuation.Colon
	}
	t.Columns = append(t.Columns, added)
	for i, cell := range cells {
		t.Rows[i].Cells = append(t.Rows[i].Cells, cell)
	}
}

// packageEnd says when a package ends, and in how many days.
func packageEnd(s Style, now time.Time, i rule.Incident) string {
	return s.When(i.Details.Facts.Expires, now)
}
