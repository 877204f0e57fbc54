package watch

import (
	"cmp"
	"math"
	"slices"
	"time"

	"signalbox/functions/conversion/window"
)

// Comparison puts windows beside the past, as [Profile.Step] does, but of any time and
// without learning them. The past is that of now: windows that it has learnt are part of
// it. It is not safe for concurrent use, and the profile must not change meanwhile.
type Comparison struct {
	profile *Profile
	view    *view
	all     float64 // the usual rate of all countries
	windows int
	seen    float64 // for how many hours the one that elapsed last was counted
	unseen  bool    // one has elapsed in which nobody has ever counted
}

// NewComparison compares with p. nil: nothing has a past.
func NewComparison(p *Profile) *Comparison {
	if p == nil {
		p = new(Profile)
	}
	c := &Comparison{profile: p, all: p.overall()}
	c.view = p.newView(c.all)
	return c
}

// Elapse has the time from one moment to another be part of what is compared: the
// requests that are usual then are expected, whether there are windows or not.
func (c *Comparison) Elapse(from, to time.Time) {
	for at := from; at.Before(to); {
		next := at.Truncate(time.Hour).Add(time.Hour)
		if next.After(to) {
			next = to
		}
		hour, _ := hourOf(at)
		c.seen = c.profile.seen(hour)
		c.unseen = c.unseen || c.seen <= 0
		c.view.elapse(c.profile, at, next.Sub(at), c.all)
		at = next
	}
}

// Add counts a window. Its time is to elapse besides.
func (c *Comparison) Add(w window.Window) {
	c.windows++
	c.view.elapse(c.profile, w.Start, 0, c.all)
	c.view.count(w.By, c.all)
}

// Band is what is usual of a number, and from where to where it varies by chance: three
// standard deviations, as far as is known of how it varies.
type Band struct{ Usual, Low, High float64 }

// bandScore is half the width of a band in standard deviations, as that of the rate of all
// OTPs that is low in one window.
const bandScore = 3

// Compared is a part of what was counted, beside what is usual of it.
type Compared struct {
	// Group is the part: everything, a country, or one of its prefixes.
	window.Group

	// New says that it has no past. What is usual of it then is that of what it is a part of.
	New bool
	// Rate is that of so many requests of these countries and prefixes.
	Rate Band
	// Requests is unknown where nobody has counted at these hours before.
	Requests      Band
	RequestsKnown bool
	// Missing is how many verifications are missing. Negative: there are more than usual.
	Missing float64
	// Low says that the rate is lower than usual, by more than chance has it, and Pumped
	// that there are more unverified requests than the past allows.
	Low, Pumped bool
}

// Whole compares everything.
func (c *Comparison) Whole() Compared {
	s := c.spread()
	var sum part
	var variance float64
	for _, areas := range []map[string]*area{c.view.areas, c.view.fresh} {
		for _, a := range areas {
			sum.include(&a.part)
			variance += a.family(s, nobody).whole.variance
		}
	}
	w := s.whole(&sum, variance)
	one := c.compared(w, c.all, s.ofRequests())
	one.Low, one.New = w.below(lowAll[c.horizon()]), len(c.view.areas) == 0
	return one
}

// Countries compares each country that has a past or was counted, in the order of their
// codes.
func (c *Comparison) Countries() []Compared {
	all := make([]Compared, 0, len(c.view.areas)+len(c.view.fresh))
	for _, areas := range []map[string]*area{c.view.areas, c.view.fresh} {
		for _, a := range areas {
			all = append(all, c.country(a))
		}
	}
	slices.SortFunc(all, func(a, b Compared) int { return cmp.Compare(a.Country, b.Country) })
	return all
}

// Country compares one, "" where the country is unknown.
func (c *Comparison) Country(code string) Compared {
	if a := c.area(code); a != nil {
		return c.country(a)
	}
	return c.country(newArea(code, new(country), c.all))
}

func (c *Comparison) area(code string) *area {
	return cmp.Or(c.view.areas[code], c.view.fresh[code])
}

func (c *Comparison) country(a *area) Compared {
	s := c.spread()
	w := weighed{part: &a.part, variance: a.family(s, nobody).whole.variance}
	one := c.compared(w, a.usual.rate, s.ofRequests())
	if c.view.areas[a.key.Country] == nil {
		one.fresh(freshExcess(a.key, a.counted, bounded(c.all), s.ofPrefix()))
		return one
	}
	one.judge(w, one.RequestsKnown && a.excess(s.ofRequests(), a.seen).breached(), namedCountry)
	return one
}

// Prefixes compares those of a country, in their order: each that has a past of its own or
// was counted apart, and last the rest of the country as one.
func (c *Comparison) Prefixes(code string) []Compared {
	a := c.area(code)
	if a == nil {
		return nil
	}
	c.view.share()
	s := c.spread()
	var all, rest []Compared
	for _, p := range a.prefixes {
		if p.key.Prefix != "" {
			all = append(all, c.prefix(a, p, s))
		} else if other := c.rest(a, p, s); other.Requested > 0 {
			rest = append(rest, other)
		}
	}
	for prefix, counts := range a.fresh {
		p := &part{key: window.Key{Country: code, Prefix: prefix}, counted: *counts}
		p.expected = p.requested * a.rate()
		one := c.compared(weighed{part: p, variance: s.variance(p)}, a.rate(), 0)
		one.fresh(a.freshExcess(prefix, counts, s))
		all = append(all, one)
	}
	for prefix, past := range a.past.prefixes {
		if a.lines[prefix] == nil && past.requested >= leastPrefix {
			p := &part{key: window.Key{Country: code, Prefix: prefix}, past: past.requested}
			p.usualRequests = a.usualRequests * past.requested / max(a.past.sum.requested, 1)
			all = append(all, c.prefix(a, p, s))
		}
	}
	slices.SortFunc(all, func(a, b Compared) int { return cmp.Compare(a.Prefix, b.Prefix) })
	return append(all, rest...)
}

func (c *Comparison) prefix(a *area, p *part, s spread) Compared {
	w := weighed{part: p, variance: s.variance(p)}
	rate := a.usual.rate
	if past := a.past.prefixes[p.key.Prefix]; past != nil {
		rate = a.usual.of(*past)
	}
	one := c.compared(w, rate, s.ofPrefixRequests())
	one.judge(w, one.RequestsKnown && p.excess(s.ofPrefixRequests(), a.seen).breached(), namedPrefix)
	return one
}

// rest returns what is not apart in a country, without the prefixes that have no past.
func (c *Comparison) rest(a *area, p *part, s spread) Compared {
	left := *p
	left.key.Rest = true
	for _, counts := range a.fresh {
		left.requested -= counts.requested
		left.verified -= counts.verified
		left.expected -= counts.requested * p.rate()
	}
	one := c.compared(weighed{part: &left, variance: s.variance(&left)}, a.usual.rate, 0)
	one.RequestsKnown = false // only together with those that have no past
	return one
}

// compared describes a part. rate is usual where nothing was requested, and drift is how
// far the numbers of requests vary.
func (c *Comparison) compared(w weighed, rate, drift float64) Compared {
	one := Compared{Missing: w.missing(), RequestsKnown: !c.unseen && c.profile.Age() > 0}
	one.Key, one.Counts = w.key, window.Counts{Requested: whole(w.requested), Verified: whole(w.verified)}
	one.Rate = Band{Usual: rate, High: 1}
	if w.requested > 0 {
		half := bandScore * math.Sqrt(w.variance) / w.requested
		one.Rate = Band{w.rate(), max(w.rate()-half, 0), min(w.rate()+half, 1)}
	}
	variance := w.volumeVariance(drift, c.seen)
	one.Requests = Band{w.usualRequests, lowerBound(w.usualRequests, variance, bandScore), upperBound(w.usualRequests, variance, bandScore)}
	return one
}

func (c *Compared) fresh(e excess) {
	c.New, c.RequestsKnown, c.Pumped = true, false, e.breached()
	c.Rate.Usual = cmp.Or(e.expected/max(e.requested, 1), c.Rate.Usual)
}

func (c *Compared) judge(w weighed, pumped bool, z float64) {
	c.Pumped, c.Low = pumped, !pumped && w.below(z)
}

// horizon is the longest that so many windows fill.
func (c *Comparison) horizon() (longest int) {
	for h, span := range spans {
		if c.windows >= span {
			longest = h
		}
	}
	return longest
}

func (c *Comparison) spread() spread { return c.profile.spreads[c.horizon()] }

func nobody(*part) bool { return false }
