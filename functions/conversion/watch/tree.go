package watch

import (
	"cmp"
	"slices"
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
		if a.swollen(s.ofRequests(), a.seen) {
			continue
		}
		f := a.family(s, func(p *part) bool {
			return out(p) || p.key.Prefix != "" && p.swollen(s.ofPrefixRequests(), a.seen)
		})
		t.countries[code] = f
		t.all.members = append(t.all.members, f.whole)
		everything.include(f.whole.part)
		variance += f.whole.variance
	}
	slices.SortFunc(t.all.members, func(a, b weighed) int { return cmp.Compare(a.key.Country, b.key.Country) })
	t.all.whole = s.whole(everything, variance)
	return t
}

// family leaves out some of the prefixes.
func (a *area) family(s spread, out func(*part) bool) (f family) {
	sum := part{key: a.key}
	var variance float64
	for _, p := range a.prefixes {
		if out(p) {
			continue
		}
		w := weighed{part: p, variance: s.variance(p)}
		f.members = append(f.members, w)
		sum.include(p)
		variance += w.variance
	}
	f.whole = weighed{part: &sum, variance: variance + s.ofCountry()*sum.expected*sum.expected}
	return f
}

// whole is everything, by the variance of the countries.
func (s *spread) whole(everything *part, variance float64) weighed {
	return weighed{part: everything, variance: variance + s.ofAll()*everything.expected*everything.expected, all: true}
}

// find returns the same part as one of another horizon.
func (t tree) find(other weighed) (w weighed, found bool) {
	if other.all {
		return t.all.whole, true
	}
	f, found := t.countries[other.key.Country]
	if !found || other.key.Prefix == "" {
		return f.whole, found
	}
	i := slices.IndexFunc(f.members, func(m weighed) bool { return m.key == other.key })
	if i < 0 {
		return w, false
	}
	return f.members[i], true
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
