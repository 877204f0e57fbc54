package message

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"signalbox/functions/alerts/words"
)

// percent is a share with two decimals, rounded down: all but one is not all.
func percent(part, whole int) string {
	hundredths := part * 10000 / whole
	text := strconv.FormatFloat(float64(hundredths)/100, 'f', -1, 64)
	return text + "%"
}

// wholePercent rounds down: nothing is certain that is not.
func wholePercent(share float64) string {
	const tiny = 1e-9 // 0.29 is a little less than 29 hundredths
	return strconv.Itoa(int(share*100+tiny)) + "%"
}

// joined joins the parts that are not empty.
func joined(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), separator)
}

func (s Style) words() *words.Words { return words.In(s.Language) }

func (s Style) age(d time.Duration) string { return s.words().Time.Age(d) }

// because adds why something is so, where that is known.
func (s Style) because(said, why string) string {
	return joined(s.words().Punctuation.Colon, said, why)
}

// listed is a list of clauses, without the empty ones.
func (s Style) listed(clauses ...string) string {
	return joined(s.words().Punctuation.Comma, clauses...)
}

// apart are clauses of which each stands for itself, without the empty ones.
func (s Style) apart(clauses ...string) string {
	return joined(s.words().Punctuation.Semicolon, clauses...)
}

// when says when t was or will be, and how far from now that is.
func (s Style) when(at string, t, now time.Time) string {
	if left := t.Sub(now); left > 0 {
		return s.words().Time.Future(at, s.age(left))
	}
	return s.words().Time.Past(at, s.age(now.Sub(t)))
}

func (s Style) day(t time.Time) string { return t.In(s.zone()).Format(time.DateOnly) }

// clock has the offset of the zone: its letters may be those of several.
func (s Style) clock(t time.Time) string { return t.In(s.zone()).Format("2006-01-02 15:04 -07:00") }

// clean returns text on one line, of at most limit characters, without those that
// turn the direction of what follows. It reads no more words than it needs.
func clean(text string, limit int) string {
	var words []string
	characters := -1
	for word := range strings.FieldsFuncSeq(strings.ToValidUTF8(text, "\uFFFD"), separates) {
		words = append(words, word)
		if characters += 1 + utf8.RuneCountInString(word); characters > limit {
			return string([]rune(strings.Join(words, " "))[:limit-1]) + "…"
		}
	}
	return strings.Join(words, " ")
}

func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}
