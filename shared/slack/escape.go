package slack

import "strings"

// softHyphen shows nothing. Slack's markup knows no escape for its own marks; it
// takes a mark right after a soft hyphen for a character like any other. A
// zero-width space would do the opposite: it counts as the end of a word, where
// a mark may begin.
const softHyphen = "\u00AD"

// Escape returns one line of somebody else's words so that it shows as it is in
// text, sections and fields, whatever is in it: nothing becomes bold, code, a
// quote, a mention or a link. An invisible soft hyphen comes before each mark,
// full-width ones included; letters, digits, and marks between two of them
// ("R_D_1", the first "898603******0001") can be copied as they were. Headers and
// table cells are plain text and need no escaping.
//
// See https://docs.slack.dev/messaging/formatting-message-text/#escaping.
func Escape(s string) string {
	var b strings.Builder
	before, masked := rune(0), false
	for left := []rune(s); len(left) > 0; {
		r, n := left[0], run(left)
		harmless := n < len(left) && isAlphanumeric(before) && isAlphanumeric(left[n]) && !isCode(r)
		if n > 1 { // the last of them stands behind another mark, so what it begins could end at another run
			harmless, masked = harmless && !masked, masked || harmless
		}
		escaped := controls.Replace(string(r))
		if isMark(r) && !harmless || isQuote(r) && (before == 0 || before == ' ') || before == ':' && r == '/' {
			escaped = softHyphen + escaped
		}
		b.WriteString(strings.Repeat(escaped, n))
		before, left = r, left[n:]
	}
	return b.String()
}

var controls = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// run is how many times the first of runes is there in a row, where it is a mark.
func run(runes []rune) int {
	n := 1
	for n < len(runes) && isMark(runes[0]) && runes[n] == runes[0] {
		n++
	}
	return n
}

func isMark(r rune) bool { return isCode(r) || strings.ContainsRune("*_~＊＿～", r) }

// isQuote reports whether a line that begins with r is a quote.
func isQuote(r rune) bool { return r == '>' || r == '＞' }

// isCode reports whether r begins code, be it in the middle of a word.
func isCode(r rune) bool { return r == '`' || r == '｀' }

func isAlphanumeric(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}
