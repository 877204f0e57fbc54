package message

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/plaintext"
)

const (
	listName      = "cards.csv"
	byteOrderMark = "\uFEFF" // says that it is UTF-8 to spreadsheet programs
)

// listTitles are names for programs.
var listTitles = []string{
	"state", "what", "kind", "subject", "rule", "severity", "threshold", "details", "opened", "resolved",
	"package", "used", "rest", "ratio", "expires", "pool", "refreshed", "renews", "tags", "remark", "volume", "action",
}

// List is the whole list of what is open, and of changes to what is not among
// that, each the worst first, for a spreadsheet program: CSV in UTF-8 with a byte
// order mark, in which no cell is taken for a formula. A number that such a
// program would change, a whole ICCID, has an apostrophe before it. A group is followed
// by the cards that it inhibits. There is no list where the messages about open and about changes name all.
func (w Writer) List(open []rule.Incident, changes []rule.Change) notify.File {
	if len(open) <= MaxNamed && len(changes) <= MaxNamed && !w.hides(w.openRows(open)) && !w.hides(w.changeRows(changes)) {
		return notify.File{}
	}
	isOpen := make(map[incident.Key]bool, len(open))
	for _, i := range open {
		isOpen[i.Key] = true
	}
	others := slices.DeleteFunc(pointers(changes), func(c *rule.Change) bool {
		return isOpen[c.Incident.Key] && !c.IsOver()
	})
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	lines := csv.NewWriter(&b)
	lines.UseCRLF = true
	write(lines, listTitles)
	for _, i := range sorted(pointers(open)) {
		w.writeOpen(lines, i)
	}
	for _, c := range slices.SortedStableFunc(slices.Values(others), worstChange) {
		write(lines, w.listLine(row{&c.Incident, "", w.Style.because(w.Style.what(*c), w.Style.headingOf(*c).title)}))
		w.writeInside(lines, &c.Incident)
	}
	lines.Flush()
	return notify.File{Name: listName, Title: w.Style.listTitle(len(open), others), Content: b.Bytes()}
}

// hides reports whether messages do not name all that rows are about.
func (w Writer) hides(rows []row) bool {
	return !layout.SlackNamesAll(rowsOf(w.Style, w.Coverage.At, rows)) || hidesCards(rows)
}

// writeOpen writes what is open, and after a group the cards in it.
func (w Writer) writeOpen(lines *csv.Writer, i *rule.Incident) {
	write(lines, w.listLine(row{i, "", w.Style.title(notify.GroupOf(*i))}))
	w.writeInside(lines, i)
}

func (w Writer) writeInside(lines *csv.Writer, group *rule.Incident) {
	for _, card := range w.inside(group) {
		write(lines, w.listLine(row{&card, "", w.Style.title(notify.GroupOf(card))}))
	}
}

// listTitle says "5,000 open", "1 worse, 12 new", or both.
func (s Style) listTitle(open int, changes []*rule.Change) string {
	var counted string
	if open > 0 {
		counted = s.words().Status.Open(open)
	}
	return s.listed(counted, s.tally(changes))
}

func (w Writer) listLine(r row) []string {
	i, f := r.Incident, r.Details.Facts
	return []string{
		string(i.Phase), r.what, string(i.Key.Subject.Kind), w.Style.subject(i.Key.Subject), i.Key.Rule,
		string(i.Severity), i.Threshold.String(), w.Style.onlyRuleSays(*i, w.Coverage.At),
		w.optionalClock(i.Opened), w.optionalClock(i.Resolved),
		f.Package, f.Used.Text(), f.Rest.Text(), f.Ratio.Text(), w.optionalClock(f.Expires), f.Pool,
		w.optionalClock(f.Refreshed), w.optionalClock(f.Renews), strings.Join(f.Tags, " "), f.Remark, f.Volume.Text(), w.Style.action(*i, w.Coverage.At),
	}
}

func (w Writer) optionalClock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.Style.clock(t)
}

// write writes a line. A buffer takes everything.
func write(w *csv.Writer, line []string) {
	cells := make([]string, len(line))
	for i, cell := range line {
		cells[i] = plaintext.Cell(cell)
	}
	_ = w.Write(cells)
}
