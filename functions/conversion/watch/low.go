package watch

import (
	"cmp"
	"slices"

	"signalbox/functions/conversion/window"
)

// The thresholds of rates, in standard deviations by horizon: of all OTPs together, and of
// a country or prefix, of which there are hundreds.
var (
	lowAll  = [horizons]float64{3, 4.5, 5}
	lowPart = [horizons]float64{5.5, 5.2, 5}
)

const (
	// leastMissing is how many verifications are missing at least.
	leastMissing = 10
	// namedCountry and namedPrefix are from which scores a part is named, once something
	// is low.
	namedCountry, namedPrefix = 3.3, 3.9
	// doubtful is how much less makes a part doubtful that misses doubtfulShare of what the
	// named ones miss: the next window may tell.
	doubtful, doubtfulShare = 1, 0.15
	// lastingLow is which score a part has at least in the second horizon, for the longest
	// to count: what was low an hour ago is over.
	lastingLow = 1
	// clearAll and clearPart are below which scores all is as usual.
	clearAll, clearPart = 2, 4
	// enough is which share of what is missing is explained.
	enough = 0.8
	// wholeScore is by how much it is likelier that the rest of a whole is low as well than
	// that it is not, twice the logarithm; each further name saves perName of it.
	wholeScore, perName = 4, 3
	// restScore is from which score the rest is low without an explanation.
	restScore = 1.5
)

// weighed is a part with the variance of its verifications.
type weighed struct {
	*part
	variance float64
	all      bool
}

func (w weighed) score() float64 { return score(w.missing(), w.variance) }

// scoreOfEnough is 0 where too few are missing.
func (w weighed) scoreOfEnough() float64 {
	if w.missing() < leastMissing {
		return 0
	}
	return w.score()
}

// below reports whether the part is lower than usual by z.
func (w weighed) below(z float64) bool {
	return w.missing() >= leastMissing && isBelow(w.verified, w.requested, w.rate(), w.variance, z)
}

// family is a country with its prefixes, or everything with its countries.
type family struct {
	whole   weighed
	members []weighed
}

// tree is a view with its variances.
type tree struct {
	all       family
	countries map[string]family
}

// tree leaves out those parts that are pumped, or may be: what is missing there has
// another cause.
func (v *view) tree(s spread, out func(*part) bool) tree {
	t := tree{countries: make(map[string]family)}
	everything := new(part)
	var variance float64
	for code, a := range v.areas {
		f := family{}
		sum := part{key: a.key}
		var own float64
		if a.swollen(s.ofRequests(), a.usual.seen) {
			continue
		}
		for _, p := range a.prefixes {
			if out(p) || p.key.Prefix != "" && p.swollen(s.ofPrefixRequests(), a.usual.seen) {
				continue
			}
			w := weighed{part: p, variance: s.variance(p)}
			f.members = append(f.members, w)
			sum.include(p)
			own += w.variance
		}
		own += s.ofCountry() * sum.expected * sum.expected
		f.whole = weighed{part: &sum, variance: own}
		t.countries[code] = f
		t.all.members = append(t.all.members, f.whole)
		everything.include(&sum)
		variance += own
	}
	slices.SortFunc(t.all.members, func(a, b weighed) int { return cmp.Compare(a.key.Country, b.key.Country) })
	t.all.whole = weighed{part: everything, variance: variance + s.ofAll()*everything.expected*everything.expected, all: true}
	return t
}

// lowest returns the highest score of a country or prefix that misses enough.
func (t tree) lowest() (highest float64) {
	for _, f := range t.countries {
		highest = max(highest, f.whole.scoreOfEnough())
		for _, w := range f.members {
			highest = max(highest, w.scoreOfEnough())
		}
	}
	return highest
}

// breached reports whether something is lower than usual.
func (t tree) breached(all, part float64) bool {
	if t.all.whole.below(all) {
		return true
	}
	for _, f := range t.countries {
		if f.whole.below(part) || slices.ContainsFunc(f.members, func(w weighed) bool { return w.below(part) }) {
			return true
		}
	}
	return false
}

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
