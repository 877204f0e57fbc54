package card

import (
	"math"
	"strconv"
	"strings"
)

// DataSize is an amount of data as Alibaba writes it: "0KB", "130.00MB",
// "1.5GB", "30M". It keeps the vendor's text. The zero value is unknown.
type DataSize struct {
	text  string
	bytes int64
	known bool
}

// Bytes returns an amount of n bytes, with text such as "1536KB" as Alibaba
// would write it. A negative n is unknown.
func Bytes(n int64) DataSize {
	if n < 0 {
		return DataSize{}
	}
	return DataSize{text: formatSize(n), bytes: n, known: true}
}

// ParseDataSize reads an amount leniently: any case, spaces around and inside,
// units B, KB, MB, GB, TB or their first letter, in steps of 1024. Anything
// else, a number without a unit included, is unknown and keeps its text.
func ParseDataSize(text string) DataSize {
	size := DataSize{text: text}
	number, unit := splitUnit(strings.ToUpper(strings.TrimSpace(text)))
	scale, ok := scales[unit]
	if !ok {
		return size
	}
	value, ok := parseDecimal(number)
	if !ok || value*scale >= math.MaxInt64 {
		return size
	}
	size.bytes, size.known = int64(math.Round(value*scale)), true
	return size
}

// Bytes returns the amount in bytes, and whether it is known.
func (s DataSize) Bytes() (int64, bool) { return s.bytes, s.known }

// Known reports whether the amount was understood.
func (s DataSize) Known() bool { return s.known }

// Text returns what the vendor wrote, unchanged.
func (s DataSize) Text() string { return s.text }

// String returns the vendor's text, or "unknown" where there is none.
func (s DataSize) String() string { return textOrUnknown(s.text) }

// Plus adds two amounts. The sum is unknown where either is.
func (s DataSize) Plus(t DataSize) DataSize {
	if !s.known || !t.known || s.bytes > math.MaxInt64-t.bytes {
		return DataSize{}
	}
	return Bytes(s.bytes + t.bytes)
}

var scales = map[string]float64{
	"B":  1,
	"K":  1 << 10,
	"KB": 1 << 10,
	"M":  1 << 20,
	"MB": 1 << 20,
	"G":  1 << 30,
	"GB": 1 << 30,
	"T":  1 << 40,
	"TB": 1 << 40,
}

// splitUnit cuts "130.00 MB" into "130.00" and "MB".
func splitUnit(s string) (number, unit string) {
	cut := strings.LastIndexAny(s, "0123456789.") + 1
	return strings.TrimSpace(s[:cut]), strings.TrimSpace(s[cut:])
}

// parseDecimal reads digits with at most one point. strconv alone would also
// take signs, exponents, hexadecimal, underscores, Inf and NaN.
func parseDecimal(s string) (float64, bool) {
	if strings.Trim(s, "0123456789.") != "" {
		return 0, false
	}
	value, err := strconv.ParseFloat(s, 64)
	return value, err == nil
}

func formatSize(n int64) string {
	for _, unit := range []string{"GB", "MB"} {
		if scale := int64(scales[unit]); n >= scale {
			return strconv.FormatFloat(float64(n)/float64(scale), 'f', 2, 64) + unit
		}
	}
	if n%1024 == 0 {
		return strconv.FormatInt(n/1024, 10) + "KB"
	}
	return strconv.FormatInt(n, 10) + "B"
}

func textOrUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

// MarshalText returns the vendor's text.
func (s DataSize) MarshalText() ([]byte, error) { return []byte(s.text), nil }

// UnmarshalText reads what MarshalText returns, as [ParseDataSize] does.
func (s *DataSize) UnmarshalText(text []byte) error {
	*s = ParseDataSize(string(text))
	return nil
}
