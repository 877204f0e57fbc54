package watch

import (
	"math"

	"signalbox/functions/conversion/window"
)

// part is what is counted of a prefix or a country in a horizon, beside what is usual.
type part struct {
	key window.Key
	counted
	// verifications that are usual of so many requests, and requests that are usual
	// at this time.
	expected, usualRequests float64
	past                    float64 // requests that the usual rate is known by
}

// count adds what is counted where that rate is usual.
func (p *part) count(c counted, rate float64) {
	p.add(c)
	p.expected += c.requested * rate
}

func (p *part) include(other *part) {
	p.add(other.counted)
	p.expected += other.expected
	p.usualRequests += other.usualRequests
}

func (p *part) missing() float64 { return p.expected - p.verified }

// rate returns the usual rate, 0 for no requests.
func (p *part) rate() float64 {
	if p.requested == 0 {
		return 0
	}
	return p.expected / p.requested
}

func (e excess) describe() Part {
	d := e.part.describe()
	d.Missing, d.TooMany = 0, whole(e.more)
	if e.fresh {
		d.UsualRequested = nil
	}
	return d
}

func (p *part) describe() Part {
	usualRequests := whole(p.usualRequests)
	return Part{
		Country: p.key.Country, Prefix: p.key.Prefix, Requested: whole(p.requested), Verified: whole(p.verified),
		UsualRate: p.rate(), UsualRequested: &usualRequests, Missing: max(whole(p.missing()), 0),
	}
}

func (w weighed) describe() Part {
	d := w.part.describe()
	d.All = w.all
	return d
}

func whole(x float64) int64 { return int64(math.Round(x)) }
