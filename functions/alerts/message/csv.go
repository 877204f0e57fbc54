package message

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"unicode"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

const (
	byteOrderMark = "\uFEFF" // tells spreadsheet programs that it is UTF-8
	maxExact      = 15       // digits that a spreadsheet program keeps
)

var csvFacts = []string{
	rule.FactPackage, rule.FactUsed, rule.FactRest, rule.FactRatio, rule.FactExpires, rule.FactPool, rule.FactRefreshed,
	rule.FactRenews, rule.FactExpected, rule.FactEarliest, rule.FactLatest, rule.FactProbability,
}

// CSV is the whole list of what is open, the worst first, and of what is
// resolved, for a spreadsheet program: UTF-8 with a byte order mark, in which no
// cell is taken for a formula. A number too long for such a program, a whole
// ICCID, has an apostrophe before it.
func CSV(s Style, open []incident.Incident, resolved []incident.Notice) []byte {
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	write(w, append([]string{"state", "card", "rule", "severity", "level", "reason", "opened", "ended"}, csvFacts...))
	for _, i := range sorted(open) {
		write(w, csvLine(s, i, "open", string(SeverityOf(i)), ""))
	}
	for _, n := range resolved {
		write(w, csvLine(s, n.Incident, "resolved", "", s.clock(n.At)))
	}
	w.Flush()
	return b.Bytes()
}

func csvLine(s Style, i incident.Incident, state, severity, ended string) []string {
	line := []string{
		state, s.subject(i.Subject), i.Rule, severity, strconv.Itoa(i.Level), i.Reason, s.clock(i.Opened), ended,
	}
	for _, name := range csvFacts {
		line = append(line, i.Facts[name])
	}
	return line
}

// write writes a line. A buffer takes everything.
func write(w *csv.Writer, line []string) {
	for i, cell := range line {
		line[i] = harmless(cell)
	}
	_ = w.Write(line)
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
