package message

import (
	"bytes"
	"encoding/csv"
	"strings"
	"time"
	"unicode"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

const (
	listName      = "cards.csv"
	byteOrderMark = "\uFEFF" // says that it is UTF-8 to spreadsheet programs
	maxExact      = 15       // digits that a spreadsheet program keeps
)

var listTitles = []string{
	"state", "card", "rule", "severity", "threshold", "details", "opened", "resolved",
	"package", "used", "rest", "ratio", "expires", "pool", "refreshed", "renews", "tags", "remark",
}

// List is the whole list of what is open, the worst first, and of what is
// resolved, for a spreadsheet program: CSV in UTF-8 with a byte order mark, in
// which no cell is taken for a formula. A number too long for such a program, a
// whole ICCID, has an apostrophe before it. There is no list where a message can
// name all.
func (w Writer) List(open []rule.Incident, changes []rule.Change) notify.File {
	var resolved []rule.Incident
	for _, c := range changes {
		if c.Kind == incident.Resolved {
			resolved = append(resolved, c.Incident)
		}
	}
	if len(open) <= MaxNamed && len(changes) <= MaxNamed {
		return notify.File{}
	}
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	lines := csv.NewWriter(&b)
	lines.UseCRLF = true
	write(lines, listTitles)
	for _, i := range sorted(open) {
		write(lines, w.listLine(i))
	}
	for _, i := range resolved {
		write(lines, w.listLine(i))
	}
	lines.Flush()
	title := number(len(open)) + " open, " + number(len(resolved)) + " resolved"
	return notify.File{Name: listName, Title: title, Content: b.Bytes()}
}

func (w Writer) listLine(i rule.Incident) []string {
	f := i.Details.Facts
	return []string{
		string(i.Phase), w.Style.subject(i.Key.Subject), i.Key.Rule, string(i.Severity), i.Threshold.String(),
		wordsOf(i.Key.Rule).said(w.Style, w.Coverage.At, i), w.optionalClock(i.Opened), w.optionalClock(i.Resolved),
		f.Package, f.Used.Text(), f.Rest.Text(), f.Ratio.Text(), w.optionalClock(f.Expires), f.Pool,
		w.optionalClock(f.Refreshed), w.optionalClock(f.Renews), strings.Join(f.Tags, " "), f.Remark,
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
		cells[i] = harmless(cell)
	}
	_ = w.Write(cells)
}

// harmless returns a cell that a spreadsheet program shows as it is.
//
// See https://owasp.org/www-community/attacks/CSV_Injection.
func harmless(cell string) string {
	start := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\uFEFF' })
	isFormula := strings.IndexAny(start, "=+-@＝＋－＠|%") == 0
	isLong := len(cell) > maxExact && strings.Trim(cell, "0123456789") == ""
	if isFormula || isLong || strings.HasPrefix(cell, "\t") || strings.HasPrefix(cell, "\r") {
		return "'" + cell
	}
	return cell
}
