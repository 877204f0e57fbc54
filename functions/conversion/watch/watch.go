// Package watch compares the windows of OTP events with the past: which rate is low and
// where that comes from, where requests are pumped, and whether events stay away. It is
// pure: counters go in, evaluations come out, for package incident.
//
// A [Profile] is the past. Each window that has closed is first compared with it and
// then learnt by it, in [Profile.Step]. doc/decisions/0016 has the rules, where they come
// from, and what they cannot see.
package watch

import (
	"time"

	"signalbox/functions/conversion/window"
)

// Settings are what a sender wishes. The zero value has no floor.
type Settings struct {
	// Floor is the rate, 0 to 1, under which the rate is low whatever the past is.
	// 0: none.
	Floor float64
}

// Step compares the last of windows with the past, and learns it. The windows have
// closed and are in the order of their starts; those before the last are up to
// [Longest]-1 that came before it. A window that was learnt, or that is older than one
// that was, says nothing.
func (p *Profile) Step(windows []window.Window, s Settings) []Evaluation {
	if len(windows) == 0 {
		return nil
	}
	last := windows[len(windows)-1]
	if !last.End.After(p.until) {
		return nil
	}
	r := p.compare(windows[max(len(windows)-Longest, 0):])
	evaluations := append(r.evaluatePumping(), r.evaluateRate(s))
	for h, v := range r.views {
		p.spreads[h].measure(v, r.unusual)
	}
	p.learn(last, r.unusual)
	return evaluations
}

// result is what a window is beside the past.
type result struct {
	profile *Profile
	last    window.Window
	views   [horizons]*view
	trees   [horizons]tree
	pumped  []pumping
	unusual unusual
	// low is the horizon in which the rate is low, or -1, and parts what explains it.
	low   int
	parts []weighed
	more  int
	// certain says that the rest is as usual.
	certain bool
}

func (p *Profile) compare(windows []window.Window) *result {
	r := &result{profile: p, last: windows[len(windows)-1], views: p.look(windows), low: -1}
	r.pumped = p.pumped(r.views)
	r.unusual.rates = make(map[string]float64)
	for code, a := range r.views[horizons-1].areas {
		r.unusual.rates[code] = bounded(a.rate())
	}
	for code, a := range r.views[horizons-1].fresh {
		r.unusual.rates[code] = bounded(a.rate()) // that of all countries
	}
	for _, found := range r.pumped {
		for _, part := range found.parts {
			r.unusual.pumped = append(r.unusual.pumped, part.key)
		}
		if len(found.parts) == 0 {
			r.unusual.pumped = append(r.unusual.pumped, found.key)
		}
	}
	for h, v := range r.views {
		r.trees[h] = v.tree(p.spreads[h], func(one *part) bool { return covers(r.unusual.pumped, one.key) })
	}
	r.findLow()
	return r
}

// seen names the window, so that one that is evaluated again does not count twice.
func (r *result) seen() string { return r.last.End.UTC().Format(time.RFC3339) }

func (r *result) minutes(horizon int) int { return int(r.views[horizon].length / time.Minute) }
