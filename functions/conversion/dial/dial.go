// Package dial says which country a telephone number belongs to, and what of it may be
// kept.
package dial

import (
	"errors"
	"slices"
)

// ErrNumber says that a text is no number as E.164 has it. It quotes nothing of it.
var ErrNumber = errors.New(`want + and 7 to 15 digits, the country code first, such as +6591234567`)

const (
	minDigits = 7
	maxDigits = 15
	// private digits, the last ones, are not kept.
	private = 4
	// longestCode is in digits.
	longestCode = 3
)

// Number is what may be kept of a telephone number.
type Number struct {
	// Country is an ISO 3166-1 alpha-2 code, "" where the country code is no
	// country's.
	Country string
	// Prefix is the number, with its +, but for its last four digits.
	Prefix string
}

// Parse reads a number such as +6591234567, whose country the caller may know: given is
// an ISO code or "". Where countries share a code and given is one of them, it is
// believed, as the caller may know more than an area says. Otherwise the number decides,
// since messages are routed by it.
func Parse(number, given string) (Number, error) {
	if !IsNumber(number) {
		return Number{}, ErrNumber
	}
	digits := number[1:]
	return Number{Country: country(digits, given), Prefix: number[:len(number)-private]}, nil
}

// IsNumber reports whether a text is a number as E.164 has it, with its +.
func IsNumber(number string) bool {
	if len(number) < 1+minDigits || len(number) > 1+maxDigits || number[0] != '+' || number[1] == '0' {
		return false
	}
	for i := 1; i < len(number); i++ {
		if number[i] < '0' || number[i] > '9' {
			return false
		}
	}
	return true
}

func country(digits, given string) string {
	sharing := sharing(digits)
	if slices.Contains(sharing, given) {
		return given
	}
	for n := longestArea; n > 1 && len(sharing) > 1; n-- {
		if c, ok := byArea[digits[:n]]; ok {
			return c
		}
	}
	if len(sharing) == 0 {
		return ""
	}
	return sharing[0]
}

// sharing returns who has the country code, of which none begins another.
func sharing(digits string) []string {
	for n := 1; n <= longestCode; n++ {
		if h, ok := holders[digits[:n]]; ok {
			return h
		}
	}
	return nil
}
