package language

import (
	"strconv"
	"strings"
)

// Number writes n with its thousands apart, as both languages do.
func Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, digit := range digits {
		if left := len(digits) - i; i > 0 && left%3 == 0 && digits[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// Count counts in English: one, or a number of many.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(int64(n)) + " " + many
}

// Counts is [Count] of anything.
func Counts(one, many string) func(int) string {
	return func(n int) string { return Count(n, one, many) }
}

// Around puts what is shown between two texts.
func Around(before, after string) func(string) string {
	return func(shown string) string { return before + shown + after }
}

// Numbered puts a number between two texts.
func Numbered(before, after string) func(int) string {
	return func(n int) string { return before + Number(int64(n)) + after }
}
