// Package watch compares the windows of OTP events with the past: which rate is low and
// where that comes from, where requests are pumped, and whether events stay away. It is
// pure: counters go in, evaluations come out, for package incident.
//
// A [Profile] is the past. Each window that has closed is first compared with it and
// then learnt by it, in [Profile.Step]. doc/decisions/0015 has the rules, where they come
// from, and what they cannot see.
package watch

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"signalbox/functions/conversion/window"
	"signalbox/shared/incident"
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

// findLow looks for the horizon that shows best what is low.
func (r *result) findLow() {
	var best float64
	for h, t := range r.trees {
		if !t.breached(lowAll[h], lowPart[h]) {
			continue
		}
		parts, more, clear := t.explain()
		if h == horizons-1 && !r.lasts(parts) || h < horizons-1 && !clear {
			continue
		}
		if s := max(t.all.whole.score(), t.lowest()); s > best {
			best, r.low, r.parts, r.more = s, h, parts, more
		}
	}
	if r.low < 0 {
		return
	}
	for _, w := range r.parts {
		r.unusual.all = r.unusual.all || w.all
		if !w.all {
			r.unusual.low = append(r.unusual.low, w.key)
		}
	}
}

// lasts reports whether parts are still low in the second horizon.
func (r *result) lasts(parts []weighed) bool {
	t := r.trees[1]
	for _, w := range parts {
		lately := t.all.whole
		if !w.all {
			f := t.countries[w.key.Country]
			lately = f.whole
			if w.key.Prefix != "" {
				i := slices.IndexFunc(f.members, func(m weighed) bool { return m.key == w.key })
				if i < 0 {
					continue
				}
				lately = f.members[i]
			}
		}
		if lately.part != nil && lately.score() >= lastingLow {
			return true
		}
	}
	return false
}

// seen names the window, so that one that is evaluated again does not count twice.
func (r *result) seen() string { return r.last.End.UTC().Format(time.RFC3339) }

func (r *result) evaluatePumping() []Evaluation {
	codes := maps.Clone(r.views[horizons-1].fresh)
	for code := range r.profile.countries {
		codes[code] = nil
	}
	evaluations := make([]Evaluation, 0, len(codes))
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		e := Evaluation{Status: incident.Clear, Seen: r.seen()}
		e.Key = incident.Key{Subject: incident.Subject{Kind: OTP, ID: cmp.Or(code, Unknown)}, Rule: PumpingName}
		if i := slices.IndexFunc(r.pumped, func(found pumping) bool { return found.key.Country == code }); i >= 0 {
			r.describePumping(&e, r.pumped[i])
		} else if a := r.views[horizons-1].areas[code]; a != nil {
			e.Details.Value = PumpingDetails{Part: a.describe(), Minutes: r.minutes(horizons - 1)}
			if a.lingers(r.profile.spreads[horizons-1]) {
				e.Status = incident.Hysteresis
			}
		}
		evaluations = append(evaluations, e)
	}
	return evaluations
}

// The steps of how many times the usual is requested, and of how much of the
// verifications is missing, in percent.
var (
	timesSteps   = []float64{2, 5, 10, 20, 50, 100, 200, 500, 1000}
	missingSteps = []float64{5, 10, 25, 50, 75, 90}
)

func step(steps []float64, value float64) float64 {
	i, _ := slices.BinarySearch(steps, math.Nextafter(value, math.Inf(1)))
	return steps[max(i-1, 0)]
}

// criticalShare is which part of all that is usually requested makes pumping critical.
const criticalShare = 0.5

func (r *result) describePumping(e *Evaluation, found pumping) {
	e.Status, e.Severity = incident.Breached, incident.Warning
	var usualRequests float64
	for _, a := range r.views[found.horizon].areas {
		usualRequests += a.usualRequests
	}
	if found.more >= criticalShare*usualRequests {
		e.Severity = incident.Critical
	}
	if !found.fresh {
		e.Threshold.Value = step(timesSteps, found.requested/max(found.usualRequests, 1))
	}
	d := PumpingDetails{Part: found.describe(), Minutes: r.minutes(found.horizon), New: found.fresh}
	for _, one := range found.parts {
		d.New = d.New || one.fresh
		d.Parts = append(d.Parts, one.describe())
	}
	e.Details.Value = d
}

func (r *result) minutes(horizon int) int { return int(r.views[horizon].length / time.Minute) }

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

// pendingFor is for how many windows the rate is low before an incident opens.
const pendingFor = 2

func (r *result) evaluateRate(s Settings) Evaluation {
	e := Evaluation{
		Key:    incident.Key{Subject: incident.Subject{Kind: OTP, ID: All}, Rule: RateName},
		Status: r.rateStatus(), For: pendingFor, Seen: r.seen(),
	}
	horizon := max(r.low, 0)
	under, inHorizon := r.underFloor(s.Floor)
	switch {
	case under:
		e.Status, e.Severity = incident.Breached, incident.Critical
		if r.low < 0 {
			horizon = inHorizon
		}
	case e.Status == incident.Clear && s.Floor > 0 && r.nearFloor(s.Floor):
		e.Status = incident.Hysteresis
	}
	all := r.trees[horizon].all.whole
	d := RateDetails{Part: all.describe(), Minutes: r.minutes(horizon), More: r.more}
	d.Part.All = true
	if under {
		d.Floor = s.Floor
	}
	for _, w := range r.parts {
		d.Parts = append(d.Parts, w.describe())
	}
	if e.Status == incident.Breached {
		share := 100 * all.missing() / max(all.expected, 1)
		e.Threshold.Value = step(missingSteps, share)
		e.Severity = cmp.Or(e.Severity, incident.Warning)
		if share >= 50 {
			e.Severity = incident.Critical
		}
	}
	e.Details.Value = d
	return e
}

// rateStatus compares with what is usual.
func (r *result) rateStatus() incident.Status {
	lately := r.trees[1]
	switch {
	case r.low >= 0:
		return incident.Breached
	case lately.all.whole.score() < clearAll && lately.lowest() < clearPart:
		return incident.Clear
	default:
		return incident.Hysteresis
	}
}

// floorScore is how sure it is that the rate is under the floor, and floorMargin how far
// above it clears.
const floorScore, floorMargin = 3, 1.02

// underFloor reports whether the rate is under the floor, and in which horizon. What is
// pumped is not left out: the rate is what is reported.
func (r *result) underFloor(floor float64) (bool, int) {
	for h, v := range r.views {
		requested, verified := v.counts()
		t := r.trees[h].all.whole
		chance := t.requested * bounded(t.rate()) * (1 - bounded(t.rate()))
		more := 1.0
		if chance > 0 {
			more = max(t.variance/chance, 1)
		}
		if _, high := wilson(verified/more, requested/more, floorScore); floor > 0 && high < floor {
			return true, h
		}
	}
	return false, 0
}

func (r *result) nearFloor(floor float64) bool {
	requested, verified := r.views[1].counts()
	return requested > 0 && verified/requested < floor*floorMargin
}

// counts are of everything in the view.
func (v *view) counts() (requested, verified float64) {
	for _, areas := range []map[string]*area{v.areas, v.fresh} {
		for _, a := range areas {
			requested += a.requested
			verified += a.verified
		}
	}
	return requested, verified
}
