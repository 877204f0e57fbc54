package flow

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"signalbox/shared/card"
	"signalbox/shared/plaintext"
)

// CSV writes the daily series as RFC 4180 has it, in UTF-8, with a header: one row a
// day in the order of the answer, with empty cells for what is unknown. No program
// takes a cell for a formula, and no character in one hides or moves others.
func (f Flow) CSV() []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	// A bytes.Buffer takes everything.
	_ = w.Write([]string{"iccid", "month", "day", "flowBytes", "flow"})
	for _, m := range f.Usage.Months {
		for _, d := range m.Days {
			_ = w.Write(row(f.ICCID, m.Month, d))
		}
	}
	w.Flush()
	return out.Bytes()
}

func row(id card.ICCID, m card.Month, d card.DayUsage) []string {
	cells := []string{cell(string(id)), "", "", "", cell(d.Flow.Text())}
	if m != (card.Month{}) {
		cells[1] = m.String()
	}
	if d.Day != (card.Day{}) {
		cells[2] = d.Day.String()
	}
	if n, ok := d.Flow.Bytes(); ok {
		cells[3] = strconv.FormatInt(n, 10)
	}
	return cells
}

// formulaStarts are the characters that have a spreadsheet calculate, with their full-width
// forms. Spaces before them do not keep it from that.
//
// https://owasp.org/www-community/attacks/CSV_Injection
const formulaStarts = "=+-@＝＋－＠"

// cell makes a vendor's text harmless: what is not printable becomes an escape such as
// \u202e, and an apostrophe before a formula makes it a text.
func cell(text string) string {
	text = plaintext.Printable(text)
	if first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(text, unicode.IsSpace)); strings.ContainsRune(formulaStarts, first) {
		return "'" + text
	}
	return text
}
