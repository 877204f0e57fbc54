package watch

import (
	"slices"
	"time"

	"signalbox/functions/conversion/window"
)

// horizons is how many lengths of time are looked at: windows up to now, see spans.
const horizons = 3

// spans are the horizons in windows.
var spans = [horizons]int{1, 3, 12}

// Longest is how many windows are looked at.
const Longest = 12

// part is what is counted of a prefix or a country in a horizon, beside what is usual.
type part struct {
	key window.Key
	counted
	// verifications that are usual of so many requests, and requests that are usual
	// at this time.
	expected, usualRequests float64
	past                    float64 // requests that the usual rate is known by
}

func (p *part) add(c counted, rate float64) {
	p.requested += c.requested
	p.verified += c.verified
	p.expected += c.requested * rate
}

func (p *part) missing() float64 { return p.expected - p.verified }

// rate returns the usual rate, 0 for no requests.
func (p *part) rate() float64 {
	if p.requested == 0 {
		return 0
	}
	return p.expected / p.requested
}

// area is a country in a horizon. Its prefixes with a past are apart, the others are
// together, with an empty prefix.
type area struct {
	part
	prefixes []*part
	index    map[string]*part
	// fresh are the prefixes among the others that have no past.
	fresh map[string]*counted
	seen  float64
}

// view is a horizon.
type view struct {
	length time.Duration
	areas  map[string]*area
	// fresh are the countries without a past.
	fresh map[string]*area
}

// Fewest requests by which a past is one.
const (
	leastCountry = 30
	leastPrefix  = 20
)

// look returns the horizons of windows, the newest of which is the last.
func (p *Profile) look(windows []window.Window) [horizons]*view {
	var views [horizons]*view
	v := &view{areas: make(map[string]*area), fresh: make(map[string]*area)}
	all := p.everything()
	rate := bounded(all.toward(0.5, 1))
	next := 0
	for i, w := range slices.Backward(windows) {
		p.include(v, w, rate)
		if n := len(windows) - i; n == spans[next] || i == 0 {
			p.share(v)
			for next < horizons && (n >= spans[next] || i == 0) {
				views[next] = v.clone(i == 0 || next == horizons-1)
				next++
			}
			if next == horizons {
				break
			}
		}
	}
	return views
}

// include adds a window to the horizon.
func (p *Profile) include(v *view, w window.Window, rate float64) {
	length := w.End.Sub(w.Start)
	v.length += length
	hour, _ := hourOf(w.Start)
	usuals := make(map[string]usual, len(p.countries))
	for code, c := range p.countries {
		if c.sum.requested < leastCountry {
			continue
		}
		u := p.usual(c, hour, rate)
		usuals[code] = u
		a := v.areas[code]
		if a == nil {
			a = newArea(code)
			v.areas[code] = a
		}
		a.past = c.sum.requested
		a.usualRequests += u.requests * length.Hours()
		a.seen = u.seen
	}
	for _, g := range w.By {
		c := counted{float64(g.Requested), float64(g.Verified)}
		u, known := usuals[g.Country]
		if !known {
			a := v.fresh[g.Country]
			if a == nil {
				a = newArea(g.Country)
				v.fresh[g.Country] = a
			}
			a.part.add(c, rate)
			a.addFresh(g.Key, c)
			continue
		}
		a, past := v.areas[g.Country], p.countries[g.Country]
		own := past.prefixes[g.Prefix]
		key := g.Key
		if g.Rest || own == nil || own.requested < leastPrefix {
			a.addFresh(g.Key, c)
			own, key = &past.others, window.Key{Country: g.Country}
		}
		usualRate := u.of(*own)
		a.part.add(c, usualRate)
		one := a.index[key.Prefix]
		if one == nil {
			one = &part{key: key, past: own.requested}
			a.index[key.Prefix] = one
			a.prefixes = append(a.prefixes, one)
		}
		one.add(c, usualRate)
	}
}

// share gives each prefix its part of the requests that are usual of its country.
func (p *Profile) share(v *view) {
	for code, a := range v.areas {
		sum := max(p.countries[code].sum.requested, 1)
		for _, one := range a.prefixes {
			one.usualRequests = a.usualRequests * one.past / sum
		}
	}
}

func newArea(code string) *area {
	return &area{part: part{key: window.Key{Country: code}}, index: make(map[string]*part), fresh: make(map[string]*counted)}
}

func (a *area) addFresh(k window.Key, c counted) {
	if k.Rest || k.Prefix == "" {
		return
	}
	one := a.fresh[k.Prefix]
	if one == nil {
		one = new(counted)
		a.fresh[k.Prefix] = one
	}
	one.requested += c.requested
	one.verified += c.verified
}

// clone returns a copy, or v itself where it is the last.
func (v *view) clone(last bool) *view {
	if last {
		return v
	}
	c := &view{length: v.length, areas: make(map[string]*area, len(v.areas)), fresh: make(map[string]*area, len(v.fresh))}
	for code, a := range v.areas {
		c.areas[code] = a.clone()
	}
	for code, a := range v.fresh {
		c.fresh[code] = a.clone()
	}
	return c
}

func (a *area) clone() *area {
	c := &area{part: a.part, seen: a.seen, prefixes: make([]*part, len(a.prefixes)), fresh: make(map[string]*counted, len(a.fresh))}
	copies := make([]part, len(a.prefixes))
	for i, p := range a.prefixes {
		copies[i] = *p
		c.prefixes[i] = &copies[i]
	}
	for prefix, one := range a.fresh {
		same := *one
		c.fresh[prefix] = &same
	}
	return c
}
