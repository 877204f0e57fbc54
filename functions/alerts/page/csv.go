package page

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"signalbox/shared/card"
	"signalbox/shared/plaintext"
)

const byteOrderMark = "\uFEFF" // says that it is UTF-8 to spreadsheet programs

// csvTitles name the columns as the members of the JSON.
var csvTitles = []string{
	"id", "state", "by", "at", "until", "comment", "acknowledgedBy", "acknowledgedAt", "suppressedBy", "inhibitedBy", "severity", "rule", "title", "details", "kind", "subject",
	"threshold", "opened", "package", "usedBytes", "usedFlow", "restBytes", "restFlow", "totalBytes", "totalFlow", "ratio", "expires", "renews", "counted",
	"pool", "tags", "remark", "pageUrl",
}

// CSV writes the list for a spreadsheet program: UTF-8 with a byte order mark, in which no
// cell is taken for a formula, and a number that such a program would change, a whole
// ICCID, has an apostrophe before it. Cells of what is not known are empty.
func (l List) CSV() []byte {
	var out bytes.Buffer
	out.WriteString(byteOrderMark)
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	_ = w.Write(csvTitles) // A bytes.Buffer takes everything.
	for _, item := range l.Items {
		cells := l.csvLine(item)
		for i, cell := range cells {
			cells[i] = plaintext.Cell(plaintext.Printable(cell))
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return out.Bytes()
}

func (l List) csvLine(i Item) []string {
	said, f, s := l.Style.Describe(*i.Incident, l.now()), i.Details.Facts, i.Standing
	suppressed, ratio := "", ""
	if by := suppressor(i.Suppressed); by != nil {
		suppressed = *by
	}
	if value, ok := f.Ratio.Value(); ok {
		ratio = strconv.FormatFloat(value, 'f', -1, 64)
	}
	total := f.Total()
	return []string{
		i.ID(), string(s.State), l.who(s.By), l.rfc3339(s.At), l.rfc3339(s.Until), s.Comment, l.who(s.AcknowledgedBy), l.rfc3339(s.AcknowledgedAt), suppressed,
		inhibitor(i.Suppressed), string(i.Severity), i.Key.Rule, said.Title, said.Details, string(i.Key.Subject.Kind), said.Subject, i.Threshold.String(),
		l.rfc3339(i.Opened), f.Package, inBytes(f.Used), f.Used.Text(), inBytes(f.Rest), f.Rest.Text(), inBytes(total), total.Text(),
		ratio, l.rfc3339(f.Expires), l.rfc3339(f.Renews), l.rfc3339(f.Refreshed),
		f.Pool, strings.Join(f.Tags, " "), f.Remark, said.Page,
	}
}

func (l List) rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return l.zoned(t).Format(time.RFC3339)
}

func inBytes(s card.DataSize) string {
	n, ok := s.Bytes()
	if !ok {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
