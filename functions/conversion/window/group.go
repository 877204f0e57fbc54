package window

import (
	"cmp"
	"slices"
)

// Key is whom a group of OTPs went to. The zero value is unknown.
type Key struct {
	Country string `json:"c,omitempty"`
	Prefix  string `json:"p,omitempty"`
	// Rest is the one group of all prefixes of a country that have none of their own, so
	// that however many prefixes come, each country's numbers are whole. Without a Country it
	// is that of unknown countries, or of all, as an older version wrote it.
	Rest bool `json:"x,omitempty"`
}

// Counts are the two numbers of a rate.
type Counts struct {
	Requested int64 `json:"r"`
	Verified  int64 `json:"v,omitempty"`
}

// Group is what was counted for one country and prefix.
type Group struct {
	Key
	Counts
}

// MaxGroups is how many groups a closed window or an hour has, the rest of each country
// not counted, and MaxOpenGroups how many an open window may have: of those the largest
// are kept when it closes.
const (
	MaxGroups     = 1000
	MaxOpenGroups = 4 * MaxGroups
)

// Add returns c with the numbers of other.
func (c Counts) Add(other Counts) Counts {
	return Counts{Requested: c.Requested + other.Requested, Verified: c.Verified + other.Verified}
}

// OfRest returns the group of the rest that k is in where it has none of its own.
func (k Key) OfRest() Key { return Key{Country: k.Country, Rest: true} }

// Merge returns the groups of all lists, the largest first: the MaxGroups largest
// of them, and then the rest as one for each country.
func Merge(lists ...[]Group) []Group {
	sums := make(map[Key]Counts)
	for _, list := range lists {
		for _, g := range list {
			sums[g.Key] = sums[g.Key].Add(g.Counts)
		}
	}
	merged, rest := make([]Group, 0, len(sums)), make(map[Key]Counts)
	for key, counts := range sums {
		if key.Rest {
			rest[key.OfRest()] = rest[key.OfRest()].Add(counts)
		} else {
			merged = append(merged, Group{key, counts})
		}
	}
	slices.SortFunc(merged, larger)
	for _, g := range merged[min(len(merged), MaxGroups):] {
		rest[g.OfRest()] = rest[g.OfRest()].Add(g.Counts)
	}
	merged = merged[:min(len(merged), MaxGroups)]
	kept := len(merged)
	for key, counts := range rest {
		merged = append(merged, Group{key, counts})
	}
	slices.SortFunc(merged[kept:], larger)
	return merged
}

// larger has a fixed order, so that all instances keep the same groups.
func larger(a, b Group) int {
	return cmp.Or(cmp.Compare(b.Requested, a.Requested), cmp.Compare(b.Verified, a.Verified),
		cmp.Compare(a.Country, b.Country), cmp.Compare(a.Prefix, b.Prefix))
}
