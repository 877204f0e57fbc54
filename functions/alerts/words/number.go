package words

import (
	"strconv"
	"strings"
)

// Number writes n with its thousands apart.
func Number(n int) string {
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

// count counts in English.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// counts is [count] of anything.
func counts(one, many string) func(int) string {
	return func(n int) string { return count(n, one, many) }
}

// around puts what is shown between two texts.
func around(before, after string) func(string) string {
	return func(shown string) string { return before + shown + after }
}

// numbered puts a number between two texts.
func numbered(before, after string) func(int) string {
	return func(n int) string { return before + Number(n) + after }
}
