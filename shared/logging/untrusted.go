package logging

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxUntrusted is how much of it a log line has, in bytes.
	maxUntrusted = 256
	ellipsis     = "..."
)

// iccid matches what may be a card's number, longer ones too: 15 or more digits,
// some of which are hexadecimal.
var iccid = regexp.MustCompile(`[0-9][0-9A-Fa-f]{14,}`)

// Untrusted returns text that a caller chose, such as a path, a header's value or
// the name of a parameter, as a log line may have it: one line of at most 256
// bytes, with ICCIDs masked like 89860321******15668. What it returns it
// returns unchanged.
func Untrusted(text string) string {
	text = text[:min(len(text), 16*maxUntrusted)] // Nobody looks at the rest.
	text = iccid.ReplaceAllStringFunc(strings.Map(printable, text), mask)
	if len(text) <= maxUntrusted {
		return text
	}
	end := maxUntrusted - len(ellipsis)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + ellipsis
}

func printable(r rune) rune {
	if r == utf8.RuneError || !unicode.IsPrint(r) {
		return '?'
	}
	return r
}

// mask shows at most the first eight characters and the last five.
func mask(number string) string {
	return number[:min(8, len(number)-11)] + "******" + number[len(number)-5:]
}
