package card

import (
	"math"
	"strconv"
	"strings"
)

// Ratio is a used share of a package, 0 to 1, and above 1 where more was used
// than bought. Alibaba writes it as "80%". The zero value is unknown.
type Ratio struct {
	text  string
	value float64
	known bool
}

// ParseRatio reads a percentage leniently: spaces are allowed, the percent sign
// is not optional. Anything else is unknown and keeps its text.
func ParseRatio(text string) Ratio {
	ratio := Ratio{text: text}
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	if !percent {
		return ratio
	}
	number = strings.TrimSpace(number)
	if _, ok := parseDecimal(number); !ok {
		return ratio
	}
	// A division by 100 would make 45.8% 0.45799999999999996.
	value, err := strconv.ParseFloat(number+"e-2", 64)
	ratio.value, ratio.known = value, err == nil
	return ratio
}

// RatioOf returns used as a share of used and rest together. It is unknown
// where either amount is, or where both are zero.
func RatioOf(used, rest DataSize) Ratio {
	total, ok := used.Plus(rest).Bytes()
	if !ok || total == 0 {
		return Ratio{}
	}
	value := float64(used.bytes) / float64(total)
	return Ratio{text: formatPercent(value), value: value, known: true}
}

// Value returns the share, and whether it is known.
func (r Ratio) Value() (float64, bool) { return r.value, r.known }

// Known reports whether the ratio was understood.
func (r Ratio) Known() bool { return r.known }

// Text returns what the vendor wrote, unchanged, or for a computed ratio a
// percentage.
func (r Ratio) Text() string { return r.text }

// String returns the text, or "unknown" where there is none.
func (r Ratio) String() string { return textOrUnknown(r.text) }

func formatPercent(share float64) string {
	return strconv.FormatFloat(math.Round(share*1000)/10, 'f', -1, 64) + "%"
}

// Number is a decimal that Alibaba sends as text, such as a delay of "20"
// milliseconds. The zero value is unknown.
type Number struct {
	text  string
	value float64
	known bool
}

// ParseNumber reads digits with at most one decimal point. Anything else is
// unknown and keeps its text.
func ParseNumber(text string) Number {
	value, ok := parseDecimal(strings.TrimSpace(text))
	return Number{text: text, value: value, known: ok}
}

// Value returns the number, and whether it is known.
func (n Number) Value() (float64, bool) { return n.value, n.known }

// Text returns what the vendor wrote, unchanged.
func (n Number) Text() string { return n.text }

// String returns the text, or "unknown" where there is none.
func (n Number) String() string { return textOrUnknown(n.text) }

// MarshalText returns the ratio's text.
func (r Ratio) MarshalText() ([]byte, error) { return []byte(r.text), nil }

// UnmarshalText reads what MarshalText returns, as [ParseRatio] does.
func (r *Ratio) UnmarshalText(text []byte) error {
	*r = ParseRatio(string(text))
	return nil
}
