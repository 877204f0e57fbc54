package watch

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"signalbox/shared/incident"
)

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
