// Package plaintext makes others' texts harmless where they are shown: on pages, and in
// cells of spreadsheets. It is pure.
package plaintext

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Printable escapes control characters, those that change the direction of text and
// others without a shape, such as U+202E as \u202e, and replaces bytes that are no UTF-8.
func Printable(text string) string {
	var out strings.Builder
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		switch {
		case unicode.IsPrint(r):
			out.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&out, `\U%08x`, r)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}

const maxExact = 15 // digits that a spreadsheet program keeps

// Cell returns a cell that a spreadsheet program shows as it is: a formula, or a number
// that such a program would change, such as a whole ICCID, has an apostrophe before it.
//
// See https://owasp.org/www-community/attacks/CSV_Injection.
func Cell(text string) string {
	start := strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\uFEFF' })
	isFormula := strings.IndexAny(start, "=+-@＝＋－＠|%") == 0
	if isFormula || strings.IndexAny(text, "\t\r\n") == 0 || isInexact(text) {
		return "'" + text
	}
	return text
}

// isInexact reports whether a spreadsheet program would round a number, or take
// hexadecimal digits such as 8986E10 for one.
func isInexact(cell string) bool {
	_, err := strconv.ParseFloat(cell, 64)
	isNumber := err == nil || errors.Is(err, strconv.ErrRange)
	return isNumber && (len(cell) > maxExact || strings.ContainsAny(cell, "eE"))
}
