package rule

import (
	"slices"
	"time"

	"signalbox/shared/incident"
)

// NeedsLookup reports whether a listed card is worth a call of its own: a rule
// that goes by the card's own data may be breached or cannot say, or a rule is
// breached and it takes the name of the package to know how it is set or whether
// it is silenced. A card that is not in use and has no package needs none, nor
// does a pool.
//
// What is already known of the card, its Package and LookedUpAt, is to be set:
// [Inactive] asks for one lookup a day, counted in the zone of now.
func (p Policy) NeedsLookup(listed Observation, now time.Time) bool {
	if listed.Missing || listed.Destroyed() || listed.Subject.Kind == incident.Pool || listed.stock() {
		return false
	}
	lacks := p.lacksPackage(listed)
	return slices.ContainsFunc(slices.Concat(p.candidates(listed)...), func(r Rule) bool {
		return r.needsLookup(listed, now) || lacks && r.evaluate(listed, now).Status == incident.Breached
	})
}

// lacksPackage reports whether it takes the package, which the listing does not say, to
// choose settings or to know what is silenced.
func (p Policy) lacksPackage(listed Observation) bool {
	lacks := func(m Match) bool { return lacksPackage(m, listed) && mayCover(m, listed) }
	return slices.ContainsFunc(p.Overrides, func(o Override) bool { return lacks(o.Match) }) ||
		slices.ContainsFunc(p.Silences, func(s Silence) bool { return lacks(s.Match) })
}
