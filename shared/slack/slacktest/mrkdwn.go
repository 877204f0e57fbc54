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

// parseAt reads the span that begins at s[at] and its length, zero for none.
func parseAt(s string, at int) (span, int) {
	rest := s[at:]
	switch rest[0] {
	case '<':
		return parseLink(rest)
	case '`':
		if inner, ok := between(rest, "```", ""); ok {
			return span{Style: "pre", Words: unescape(strings.Trim(inner, "\n"))}, len(inner) + 6
		}
		if inner, ok := between(rest, "`", "\n"); ok {
			return span{Style: "code", Words: unescape(inner)}, len(inner) + 2
		}
	case '*', '_', '~':
		return parseStyled(s, at)
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
	inner, _, ok = strings.Cut(rest, mark)
	return inner, ok && inner != "" && (barrier == "" || !strings.ContainsAny(inner, barrier))
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
func parseStyled(s string, at int) (span, int) {
	before, _ := utf8.DecodeLastRuneInString(s[:at])
	if at > 0 && isWord(before) {
		return span{}, 0
	}
	inner, ok := between(s[at:], s[at:at+1], "\n")
	if !ok || strings.TrimSpace(inner) != inner {
		return span{}, 0
	}
	length := len(inner) + 2
	if after, _ := utf8.DecodeRuneInString(s[at+length:]); at+length < len(s) && isWord(after) {
		return span{}, 0
	}
	styles := map[byte]string{'*': "b", '_': "i", '~': "s"}
	return span{Style: styles[s[at]], Inside: parse(inner)}, length
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
