package route

import (
	"path"
	"slices"
	"strings"
)

// Match says which cards are meant by patterns as in [path.Match]; * stops at a
// slash. An empty pattern covers all, and so does the zero value; one that is
// not well formed covers none.
type Match struct {
	Tag     string // of any of the card's tags
	Package string
	ICCID   string // or the credential of a pool
}

// Card is what routes go by of a card.
type Card struct {
	Tags    []string // that are known
	Package string   // empty: unknown, or see NoPackage
	ICCID   string   // or the credential of a pool
	// NoPackage says that it is in none, as a pool is.
	NoPackage bool
}

func (m Match) covers(c Card) bool {
	fits := func(tag string) bool { return Fits(m.Tag, tag) }
	return (m.Tag == "" || slices.ContainsFunc(c.Tags, fits)) &&
		(m.Package == "" || c.Package != "" || c.NoPackage) && Fits(m.Package, c.Package) && Fits(m.ICCID, c.ICCID)
}

// Fits reports whether a text fits a pattern as in [path.Match]. An empty pattern fits all.
func Fits(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	matched, err := path.Match(pattern, text)
	return err == nil && matched
}

// Covers reports whether m means all cards that other does, as far as it is known:
// patterns have more forms than are compared here.
func (m Match) Covers(other Match) bool {
	return coversPattern(m.Tag, other.Tag) && coversPattern(m.Package, other.Package) && coversPattern(m.ICCID, other.ICCID)
}

// coversPattern reports whether all that fits narrow fits wide: it is the same, or wide is a
// text and a *, and narrow begins with that text.
func coversPattern(wide, narrow string) bool {
	if wide == "" || wide == narrow {
		return true
	}
	begin, ok := strings.CutSuffix(wide, "*")
	// A * stops at a slash, and a class of characters may have one.
	return ok && narrow != "" && !strings.ContainsAny(begin, `*?[\`) && !strings.ContainsAny(narrow, `/[\`) &&
		strings.HasPrefix(literal(narrow), begin)
}

// literal is what a pattern begins with before its first form.
func literal(pattern string) string {
	if at := strings.IndexAny(pattern, "*?"); at >= 0 {
		return pattern[:at]
	}
	return pattern
}
