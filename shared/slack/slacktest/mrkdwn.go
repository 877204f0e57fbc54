package slacktest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a piece of Slack's markup, read.
type span struct {
	Style  string // an HTML element's name: b, i, s, code, pre, a; "" is words
	Words  string // of a span without inner ones
	URL    string // of a link
	Inside []span
}

// parse reads Slack's markup: *bold*, _italic_, ~struck~, `code`, ```blocks```,
// <links|with labels> and the three escapes. What is not closed is words.
//
// See https://docs.slack.dev/messaging/formatting-message-text/.
func parse(s string) []span {
	var spans []span
	words := 0 // where the words not yet taken begin
	for at := 0; at < len(s); {
		next, length := parseAt(s, at)
		if length == 0 {
			at++
			continue
		}
		spans = append(appendWords(spans, s[words:at]), next)
		at += length
		words = at
	}
	return appendWords(spans, s[words:])
}

func appendWords(spans []span, s string) []span {
	if s == "" {
		return spans
	}
	return append(spans, span{Words: unescape(s)})
}

func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// softHyphen before a mark makes it a character like any other.
const softHyphen = "\u00AD"

// styles are the HTML elements of the marks around styled words. Those as wide as
// a Chinese character are marks, too.
var styles = map[string]string{"*": "b", "_": "i", "~": "s", "＊": "b", "＿": "i", "～": "s"}

// parseAt reads the span that begins at s[at] and its length, zero for none.
func parseAt(s string, at int) (span, int) {
	rest := s[at:]
	if rest[0] == '<' {
		return parseLink(rest)
	}
	if strings.HasSuffix(s[:at], softHyphen) {
		return span{}, 0
	}
	if inner, ok := between(rest, "```", ""); ok {
		return span{Style: "pre", Words: unescape(strings.Trim(inner, "\n"))}, len(inner) + 6
	}
	for _, mark := range []string{"`", "｀"} {
		if inner, ok := between(rest, mark, "\n"); ok {
			return span{Style: "code", Words: unescape(inner)}, len(inner) + 2*len(mark)
		}
	}
	for mark, style := range styles {
		if strings.HasPrefix(rest, mark) {
			return parseStyled(s, at, mark, style)
		}
	}
	return span{}, 0
}

// between returns what stands between mark at the start of s and the next one,
// without any of the bytes of barrier.
func between(s, mark, barrier string) (inner string, ok bool) {
	rest, ok := strings.CutPrefix(s, mark)
	if !ok {
		return "", false
	}
	end := endOf(rest, mark)
	if end <= 0 {
		return "", false
	}
	inner = rest[:end]
	return inner, barrier == "" || !strings.ContainsAny(inner, barrier)
}

// endOf returns where the first mark is that is one, or -1.
func endOf(s, mark string) int {
	for at := 0; ; at += len(mark) {
		next := strings.Index(s[at:], mark)
		if next < 0 {
			return -1
		}
		if at += next; !strings.HasSuffix(s[:at], softHyphen) {
			return at
		}
	}
}

func parseLink(s string) (span, int) {
	inner, _, ok := strings.Cut(s[1:], ">")
	if !ok || inner == "" || strings.ContainsAny(inner, "<\n") {
		return span{}, 0
	}
	address, label, labelled := strings.Cut(inner, "|")
	if !labelled {
		label = address
	}
	if strings.ContainsAny(inner[:1], "@#!") { // a mention, which nobody here can resolve
		return span{Words: "@" + unescape(strings.TrimLeft(label, "@#!"))}, len(inner) + 2
	}
	return span{Style: "a", Words: unescape(label), URL: unescape(address)}, len(inner) + 2
}

// parseStyled reads a mark that begins a word up to one that ends a word.
func parseStyled(s string, at int, mark, style string) (span, int) {
	before, _ := utf8.DecodeLastRuneInString(s[:at])
	if at > 0 && isWord(before) {
		return span{}, 0
	}
	inner, ok := between(s[at:], mark, "\n")
	if !ok || strings.TrimSpace(inner) != inner {
		return span{}, 0
	}
	length := len(inner) + 2*len(mark)
	if after, _ := utf8.DecodeRuneInString(s[at+length:]); at+length < len(s) && isWord(after) {
		return span{}, 0
	}
	return span{Style: style, Inside: parse(inner)}, length
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
