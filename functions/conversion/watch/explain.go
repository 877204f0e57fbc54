package watch

import (
	"cmp"
	"slices"

	"signalbox/functions/conversion/window"
)

// explain returns the fewest parts that explain most of what is missing, the largest
// first, and how many more are low. It is certain where the rest is as usual.
func (t tree) explain() (parts []weighed, more int, certain bool) {
	for _, whole := range t.all.members {
		parts = append(parts, t.countries[whole.key.Country].low()...)
	}
	rest, variance := t.all.whole.without(parts)
	certain = len(parts) > 0 && score(rest.missing(), variance) < restScore && !t.doubts(parts)
	if t.all.whole.includesRest(parts) {
		parts, certain = []weighed{t.all.whole}, true
	}
	if len(parts) == 0 {
		return []weighed{t.all.whole}, 0, false
	}
	slices.SortStableFunc(parts, func(a, b weighed) int { return cmp.Compare(b.missing(), a.missing()) })
	var sum float64
	for _, w := range parts {
		sum += w.missing()
	}
	var explained float64
	for i, w := range parts {
		if explained += w.missing(); explained >= enough*sum {
			return parts[:i+1], len(parts) - i - 1, certain
		}
	}
	return parts, 0, certain
}

// doubts reports whether parts that are not named may be low as well.
func (t tree) doubts(parts []weighed) bool {
	var sum float64
	named := make(map[window.Key]bool)
	for _, w := range parts {
		sum += w.missing()
		named[w.key] = true
		named[window.Key{Country: w.key.Country}] = true
	}
	for _, f := range t.countries {
		if named[f.whole.key] {
			continue
		}
		may := func(w weighed, z float64) bool { return w.missing() >= doubtfulShare*sum && w.score() >= z-doubtful }
		if may(f.whole, namedCountry) || slices.ContainsFunc(f.members, func(w weighed) bool { return may(w, namedPrefix) }) {
			return true
		}
	}
	return false
}

// low returns the country, or those of its prefixes that are low while the rest is not.
func (f family) low() []weighed {
	var some []weighed
	for _, w := range f.members {
		if w.below(namedPrefix) {
			some = append(some, w)
		}
	}
	if len(some) == 0 && f.whole.below(namedCountry) || f.whole.includesRest(some) {
		return []weighed{f.whole}
	}
	return some
}

// without returns what is left of a whole without some of its parts, and its variance.
func (w weighed) without(some []weighed) (rest part, variance float64) {
	rest, variance = *w.part, w.variance
	for _, one := range some {
		rest.requested -= one.requested
		rest.verified -= one.verified
		rest.expected -= one.expected
		variance -= one.variance
	}
	return rest, variance
}

// includesRest reports whether a whole is low together, and not some of its parts alone, by
// the likelihood of both.
func (w weighed) includesRest(some []weighed) bool {
	if len(some) == 0 || w.expected <= 0 {
		return false
	}
	rest, variance := w.without(some)
	if rest.expected <= 0 || variance <= 0 {
		return len(some) > 1
	}
	lost := w.missing() / w.expected
	apart := score(rest.missing(), variance)
	together := score(rest.missing()-lost*rest.expected, variance)
	likelier := apart*apart - together*together
	for _, one := range some {
		off := score(one.missing()-lost*one.expected, one.variance)
		likelier -= off * off
	}
	return likelier+perName*float64(len(some)-1) > wholeScore
}
