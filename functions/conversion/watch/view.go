package watch

import (
	"slices"
	"time"

	"signalbox/functions/conversion/window"
)

// horizons is how many lengths of time are looked at: windows up to now, see spans.
const horizons = 3

// spans are the horizons in windows.
var spans = [horizons]int{1, 3, Longest}

// Longest is how many windows are looked at.
const Longest = 12

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
func (p *Profile) look(windows []window.Window) (views [horizons]*view) {
	all := p.overall()
	v := p.newView(all)
	next := 0
	for i, w := range slices.Backward(windows) {
		v.include(p, w, all)
		n := len(windows) - i
		for next < horizons && (n == spans[next] || i == 0) {
			v.share()
			views[next] = v.clone(i == 0 || n == Longest)
			next++
		}
		if next == horizons {
			break
		}
	}
	return views
}

// newView has all countries with a past, as all of them may be silent.
func (p *Profile) newView(all float64) *view {
	v := &view{areas: make(map[string]*area, len(p.countries)), fresh: make(map[string]*area)}
	for code, c := range p.countries {
		if c.sum.requested >= leastCountry {
			v.areas[code] = newArea(code, c, all)
			v.areas[code].part.past = c.sum.requested
		}
	}
	return v
}

// include adds a window to the horizon. all is the usual rate of all countries.
func (v *view) include(p *Profile, w window.Window, all float64) {
	v.elapse(p, w.Start, w.End.Sub(w.Start), all)
	v.count(w.By, all)
}

// elapse adds the requests that are usual from a time on, within its hour.
func (v *view) elapse(p *Profile, at time.Time, length time.Duration, all float64) {
	v.length += length
	hour, _ := hourOf(at)
	for _, a := range v.areas {
		if a.hour != hour {
			a.hour, a.usual = hour, p.usual(a.past, hour, all)
			a.seen = min(a.seen, a.usual.seen)
		}
		a.usualRequests += a.usual.requests * length.Hours()
	}
}

// count adds groups of the hour that elapses.
func (v *view) count(groups []window.Group, all float64) {
	for _, g := range groups {
		a := v.areas[g.Country]
		if a == nil {
			if a = v.fresh[g.Country]; a == nil {
				a = newArea(g.Country, new(country), all)
				v.fresh[g.Country] = a
			}
		}
		a.count(g)
	}
}

// share gives each prefix its part of the requests that are usual of its country.
func (v *view) share() {
	for _, a := range v.areas {
		sum := max(a.past.sum.requested, 1)
		for _, one := range a.prefixes {
			one.usualRequests = a.usualRequests * one.past / sum
		}
	}
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
