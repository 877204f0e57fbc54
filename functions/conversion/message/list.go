package message

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/shared/notify"
	"signalbox/shared/plaintext"
)

const (
	listName      = "otp-rates.csv"
	byteOrderMark = "\uFEFF" // says that it is UTF-8 to spreadsheet programs
)

// listTitles are names for programs.
var listTitles = []string{
	"state", "rule", "subject", "severity", "country", "prefix", "minutes", "requested", "verified", "rate", "usualRate",
	"usualRequested", "missing", "tooMany", "opened", "resolved", "what",
}

// List is the whole list of what is open, or has changed, each part a line, for a
// spreadsheet program. There is none where the messages say all.
func (w Writer) List(open []watch.Incident, changes []watch.Change) notify.File {
	if !w.leavesOut(open, changes) {
		return notify.File{}
	}
	all := slices.SortedFunc(slices.Values(open), byKey)
	for _, c := range sortedChanges(changes) {
		known := func(i watch.Incident) bool { return i.Key == c.Incident.Key }
		if !slices.ContainsFunc(all, known) {
			all = append(all, c.Incident)
		}
	}
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	lines := csv.NewWriter(&b)
	lines.UseCRLF = true
	write(lines, listTitles)
	for _, i := range all {
		w.list(lines, i)
	}
	lines.Flush()
	return notify.File{Name: listName, Title: w.words().Open(len(open)), Content: b.Bytes()}
}

func (w Writer) list(lines *csv.Writer, i watch.Incident) {
	parts, minutes := partsOf(i)
	what := w.describe(i).title
	if len(parts) == 0 {
		write(lines, w.listLine(i, nil, 0, what))
	}
	for _, p := range parts {
		write(lines, w.listLine(i, &p, minutes, what))
	}
}

// partsOf are the countries and prefixes that an incident names.
func partsOf(i watch.Incident) (parts []watch.Part, minutes int) {
	switch d := i.Details.Value.(type) {
	case watch.RateDetails:
		return append([]watch.Part{d.Part}, d.Parts...), d.Minutes
	case watch.PumpingDetails:
		return append([]watch.Part{d.Part}, d.Parts...), d.Minutes
	default:
		return nil, 0
	}
}

func (w Writer) listLine(i watch.Incident, p *watch.Part, minutes int, what string) []string {
	cells := []string{string(i.Phase), i.Key.Rule, i.Key.Subject.ID, string(i.Severity)}
	if p == nil {
		cells = append(cells, make([]string, 10)...)
	} else {
		usual := ""
		if p.UsualRequested != nil {
			usual = strconv.FormatInt(*p.UsualRequested, 10)
		}
		cells = append(cells, p.Country, p.Prefix, strconv.Itoa(minutes), strconv.FormatInt(p.Requested, 10), strconv.FormatInt(p.Verified, 10),
			share(p.Rate()), share(p.UsualRate), usual, strconv.FormatInt(p.Missing, 10), strconv.FormatInt(p.TooMany, 10))
	}
	return append(cells, w.optionalClock(i.Opened), w.optionalClock(i.Resolved), what)
}

func share(s float64) string { return strconv.FormatFloat(s, 'f', 4, 64) }

func (w Writer) optionalClock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.clock(t)
}

// write writes a line. A buffer takes everything.
func write(w *csv.Writer, line []string) {
	cells := make([]string, len(line))
	for i, cell := range line {
		cells[i] = plaintext.Cell(cell)
	}
	_ = w.Write(cells)
}
