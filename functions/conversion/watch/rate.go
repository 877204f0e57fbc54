package watch

import (
	"cmp"

	"signalbox/shared/incident"
)

const (
	// pendingFor is for how many windows the rate is low before an incident opens.
	pendingFor = 2
	// criticalMissing is which part of the verifications is missing, in percent, where
	// that is critical.
	criticalMissing = 50
)

func (r *result) evaluateRate(s Settings) Evaluation {
	e := Evaluation{
		Key:    incident.Key{Subject: incident.Subject{Kind: OTP, ID: All}, Rule: RateName},
		Status: r.rateStatus(), For: pendingFor, Seen: r.seen(),
	}
	horizon := max(r.low, 0)
	inHorizon, under := r.underFloor(s.Floor)
	switch {
	case under: // the numbers are those that are
		e.Status, e.Severity, horizon = incident.Breached, incident.Critical, inHorizon
	case e.Status == incident.Clear && s.Floor > 0 && r.barelyAbove(s.Floor):
		e.Status = incident.Hysteresis
	}
	d := RateDetails{Part: r.views[horizon].everything().describe(), Minutes: r.minutes(horizon), More: r.more}
	d.Unsure = len(r.parts) > 0 && !r.certain || len(r.pumped) > 0
	d.All = true
	for _, w := range r.parts {
		switch in, found := r.trees[horizon].find(w); {
		case under && w.all: // with what is pumped
			d.Parts = append(d.Parts, d.Part)
		case found:
			d.Parts = append(d.Parts, in.describe())
		}
	}
	if under {
		d.Floor = s.Floor
	}
	all := r.trees[horizon].all.whole
	if e.Status == incident.Breached {
		share := 100 * all.missing() / max(all.expected, 1)
		e.Threshold.Value = step(missingSteps, share)
		e.Severity = cmp.Or(e.Severity, incident.Warning)
		if share >= criticalMissing {
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
func (r *result) underFloor(floor float64) (horizon int, under bool) {
	if floor <= 0 {
		return 0, false
	}
	for h, v := range r.views {
		counts := v.everything()
		t := r.trees[h].all.whole
		chance := t.requested * bounded(t.rate()) * (1 - bounded(t.rate()))
		more := 1.0
		if chance > 0 {
			more = max(t.variance/chance, 1)
		}
		if wilson(counts.verified/more, counts.requested/more, floorScore) < floor {
			return h, true
		}
	}
	return 0, false
}

func (r *result) barelyAbove(floor float64) bool {
	counts := r.views[1].everything()
	return counts.requested > 0 && counts.verified/counts.requested < floor*floorMargin
}

// everything is all that the view has, what is pumped or has no past as well.
func (v *view) everything() *part {
	all := new(part)
	for _, areas := range []map[string]*area{v.areas, v.fresh} {
		for _, a := range areas {
			all.include(&a.part)
		}
	}
	return all
}
