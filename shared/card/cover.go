package card

import (
	"cmp"
	"slices"
	"time"
)

const (
	// gapless is how long after one package's end another may begin and still
	// follow it: Alibaba ends them at 23:59:59 and begins the next at 00:00:00.
	gapless = time.Hour
	// basePlan is longer than any data package is sold for. What runs for longer
	// keeps the number alive, until 2099 say, and brings no data.
	basePlan = 12 * 366 * 24 * time.Hour
)

// CoveredUntil returns the package at whose end the card has nothing effective
// any more, as far as it is known at now: of the packages that have begun the
// one that ends last, or what follows on it without a gap. That end is past where
// nothing is effective now. A package that begins after a gap does not count,
// unless nothing has begun yet: then the one that begins first does.
//
// A package without a known end does not count; one without a known beginning
// has begun. A base plan, which runs for more than twelve years, counts only
// where no other package does. CoveredUntil reports false where none counts. The
// order of Packages makes no difference.
func (u Usage) CoveredUntil(now time.Time) (Package, bool) {
	var last Package
	for _, p := range u.dataPackages(now) {
		follows := !p.Effective.After(now) || !p.Effective.After(last.Expires.Add(gapless))
		if last.Expires.IsZero() || follows && p.Expires.After(last.Expires) {
			last = p
		}
	}
	return last, !last.Expires.IsZero()
}

// dataPackages returns those with a known end, without base plans if there are
// others, in the order in which they begin.
func (u Usage) dataPackages(now time.Time) []Package {
	var data, base []Package
	for _, p := range u.Packages {
		switch {
		case p.Expires.IsZero():
		case p.isBasePlan(now):
			base = append(base, p)
		default:
			data = append(data, p)
		}
	}
	if len(data) == 0 {
		data = base
	}
	slices.SortFunc(data, func(a, b Package) int {
		return cmp.Or(a.Effective.Compare(b.Effective), a.Expires.Compare(b.Expires), cmp.Compare(a.Name, b.Name))
	})
	return data
}

func (p Package) isBasePlan(now time.Time) bool {
	begin := p.Effective
	if begin.IsZero() {
		begin = now
	}
	return p.Expires.Sub(begin) > basePlan
}
