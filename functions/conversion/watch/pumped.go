package watch

import (
	"cmp"
	"maps"
	"slices"

	"signalbox/functions/conversion/window"
)

// The thresholds of pumping.
const (
	// pumpedScore is how many standard deviations unverified requests are above what is
	// usual, and pumpedFactor how many times that they are.
	pumpedScore  = 5
	pumpedFactor = 2
	// clearScore is from where on a prefix has a part in what is pumped in its country.
	clearScore = 3
	// volumeScore is how many standard deviations the requests are above the usual.
	volumeScore = 3.5
	// leastPumped is how many of them are unusual at least.
	leastPumped = 20
	// swollenScore is how many standard deviations the requests of a part are above the
	// usual that is not taken for low, and swollenShare the part of the usual
	// verifications that it has at least.
	swollenScore, swollenShare = 3, 0.75
	// resent is how often somebody whose OTP does not come asks for another.
	resent = 2
	// freshScore and freshShare are of what has no past: its rate is below this share of
	// the usual one, at so many standard deviations.
	freshScore, freshShare = 3, 0.5
	// lingeringShare is the part of the limits between which and them it is not over.
	lingeringShare = 0.5
	// lastingShare is the part of the unusual requests that the last windows have.
	lastingShare = 0.02
)

// pumping is what is unusual in one country.
type pumping struct {
	excess

	horizon int
	// parts are the narrowest prefixes that explain most of it. None: the country is.
	parts []excess
}

// pumped returns the countries in which requests are pumped, the worst first.
func (p *Profile) pumped(views [horizons]*view) []pumping {
	found := make(map[string]pumping)
	rate := p.overall()
	for h, v := range views {
		s := p.spreads[h]
		for code, a := range v.areas {
			if a.seen <= 0 {
				continue
			}
			add(found, code, a.pumped(s, h), views[min(h, 1)].areas[code])
		}
		for code, a := range v.fresh {
			add(found, code, a.pumpedFresh(s, h, rate), views[min(h, 1)].fresh[code])
		}
	}
	all := slices.Collect(maps.Values(found))
	slices.SortFunc(all, func(a, b pumping) int {
		return cmp.Or(cmp.Compare(b.more, a.more), cmp.Compare(a.key.Country, b.key.Country))
	})
	return all
}

// add keeps the largest of a country's, if it goes on: a view without what the last
// windows have is of something that is over.
func add(found map[string]pumping, code string, one *pumping, last *area) {
	if one == nil || last == nil || one.more < found[code].more {
		return
	}
	lately := last.unverified()
	if one.fresh {
		lately -= last.verified
	} else {
		lately -= last.allowed()
	}
	if lately >= lastingShare*one.more {
		one.key = window.Key{Country: code}
		found[code] = *one
	}
}

// pumped returns nil where nothing is unusual.
func (a *area) pumped(s spread, horizon int) *pumping {
	whole := a.excess(s.ofRequests(), a.seen)
	if !whole.breached() && !a.hasPumped(s) {
		return nil
	}
	all := a.excesses(s)
	if !whole.breached() {
		whole.more = 0
		for _, e := range all {
			if e.clear {
				whole.more += e.more
			}
		}
	}
	return &pumping{excess: whole, horizon: horizon, parts: narrowest(all, whole.more, slices.Collect(maps.Keys(a.past.prefixes)))}
}

// hasPumped reports whether requests to a prefix are pumped.
func (a *area) hasPumped(s spread) bool {
	for _, p := range a.prefixes {
		if p.key.Prefix != "" && p.unverified() >= leastPumped && p.excess(s.ofPrefixRequests(), a.seen).breached() {
			return true
		}
	}
	for prefix, c := range a.fresh {
		if c.unverified() >= leastPumped && a.freshExcess(prefix, c, s).breached() {
			return true
		}
	}
	return false
}

func (a *area) freshExcess(prefix string, c *counted, s spread) excess {
	return freshExcess(window.Key{Country: a.key.Country, Prefix: prefix}, *c, bounded(a.rate()), s.ofPrefix())
}

// lingers reports whether something pumped may not be over.
func (a *area) lingers(s spread) bool {
	if a.unverified() < lingeringShare*leastPumped {
		return false
	}
	return a.excess(s.ofRequests(), a.seen).lingers() || slices.ContainsFunc(a.prefixes, func(p *part) bool {
		return p.key.Prefix != "" && p.unverified() >= lingeringShare*leastPumped && p.excess(s.ofPrefixRequests(), a.seen).lingers()
	})
}

// excesses compares each prefix.
func (a *area) excesses(s spread) []excess {
	all := make([]excess, 0, len(a.prefixes)+len(a.fresh))
	for _, p := range a.prefixes {
		if p.key.Prefix != "" { // the others are compared one by one
			all = append(all, p.excess(s.ofPrefixRequests(), a.seen))
		}
	}
	for prefix, c := range a.fresh {
		all = append(all, a.freshExcess(prefix, c, s))
	}
	return all
}

// pumpedFresh judges a country that has no past.
func (a *area) pumpedFresh(s spread, horizon int, rate float64) *pumping {
	whole := freshExcess(a.key, a.counted, rate, s.ofPrefix())
	if !whole.breached() {
		return nil
	}
	all := a.excesses(s)
	return &pumping{excess: whole, horizon: horizon, parts: narrowest(all, whole.more, nil)}
}
