package route

import (
	"path"
	"slices"
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
