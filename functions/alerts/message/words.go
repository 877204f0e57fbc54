package message

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// number writes n with its thousands apart.
func number(n int) string {
	digits := strconv.Itoa(n)
	var b strings.Builder
	for i, digit := range digits {
		if left := len(digits) - i; i > 0 && left%3 == 0 && digits[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return b.String()
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

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

// age says a duration the way people do: minutes under two hours, hours under
// two days, or days.
func age(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return number(int(d.Minutes())) + " min"
	case d < 48*time.Hour:
		return number(int(d.Hours())) + " h"
	default:
		return number(int(d.Hours()/24)) + " days"
	}
}

func (s Style) day(t time.Time) string { return t.In(s.zone()).Format(time.DateOnly) }

func (s Style) clock(t time.Time) string { return t.In(s.zone()).Format("2006-01-02 15:04 MST") }

// clean returns text on one line, of at most limit characters, without those that
// turn the direction of what follows.
func clean(text string, limit int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-1]) + "…"
}
