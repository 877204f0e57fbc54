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
	undecided := p.undecided(listed)
	return slices.ContainsFunc(slices.Concat(p.candidates(listed)...), func(r Rule) bool {
		return r.needsLookup(listed, now) || undecided && r.evaluate(listed, now).Status == incident.Breached
	})
}

// undecided reports whether the listing says too little to choose settings, or to
// know what is silenced.
func (p Policy) undecided(listed Observation) bool {
	return slices.ContainsFunc(p.Overrides, func(o Override) bool { return o.undecided(listed) }) ||
		slices.ContainsFunc(p.Silences, func(s Silence) bool { return s.undecided(listed) })
}
