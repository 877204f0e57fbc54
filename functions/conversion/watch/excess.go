package watch

import (
	"math"

	"signalbox/functions/conversion/window"
)

// excess is how many unverified requests more there are than usual.
type excess struct {
	part
	more  float64
	limit float64 // of unverified requests
	clear bool    // it is no chance
	fresh bool    // it has no past
}

// allowed returns how many unverified requests are usual: of this time, or of so many
// verifications, whichever is more; and those whose OTP does not come ask again.
func (p *part) allowed() float64 {
	rate := bounded(p.rate())
	if p.requested == 0 {
		rate = 0.5
	}
	lost := max(p.usualRequests*rate-p.verified, 0)
	return max(p.usualRequests*(1-rate), p.verified*(1-rate)/rate) + resent*lost
}

// excess compares a part that has a past.
func (p *part) excess(drift, seen float64) excess {
	usual := p.allowed()
	variance := usual + drift*usual*usual + usual/max(seen, 0.1)
	e := excess{part: *p, more: p.unverified() - usual, clear: p.unverified() > upperBound(usual, variance, clearScore)}
	e.limit = max(upperBound(usual, variance, pumpedScore), pumpedFactor*usual, usual+leastPumped)
	// Whoever verifies has asked: so many are never too many.
	e.limit = max(e.limit, upperBound(p.usualRequests, p.volumeVariance(drift, seen), volumeScore)-p.verified)
	return e
}

// volumeVariance returns that of the requests. seen is for how many hours they were counted.
func (p *part) volumeVariance(drift, seen float64) float64 {
	usual := p.usualRequests
	return usual + drift*usual*usual + usual/max(seen, 0.1)
}

func (e excess) breached() bool { return e.unverified() > e.limit }

// lingers reports whether it is too early to say that it is over.
func (e excess) lingers() bool {
	return e.more >= lingeringShare*leastPumped && e.unverified() > lingeringShare*e.limit
}

// freshExcess judges a part that has no past, by the usual rate of what it is part of.
func freshExcess(key window.Key, c counted, usual, correlation float64) excess {
	e := excess{part: part{key: key, counted: c}, fresh: true}
	e.expected = c.requested * usual
	e.more = c.unverified() - c.verified*(1-usual)/usual
	more := 1 + max(c.requested-1, 0)*correlation
	high := wilson(c.verified/more, c.requested/more, freshScore)
	e.limit = c.requested
	if high < freshShare*usual {
		e.clear = true
		if e.more >= leastPumped {
			e.limit = 0
		}
	}
	return e
}

// swollen reports whether more than usual is requested of a part and no less than usual
// verified: then what is missing may be pumped, and is not taken for low.
func (p *part) swollen(drift, seen float64) bool {
	more := p.requested - p.usualRequests
	return seen > 0 && more > swollenScore*math.Sqrt(p.volumeVariance(drift, seen)) && p.verified > swollenShare*p.usualRequests*p.rate()
}
