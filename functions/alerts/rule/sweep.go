package rule

import (
	"time"

	"signalbox/shared/incident"
)

// SweepName is the name of the rule about the sweeps: none was finished for long,
// or runs fail, which is critical since nobody then watches the cards.
const SweepName = "sweep"

// SweepDetails are its details.
type SweepDetails struct {
	Finished time.Time `json:"finished,omitzero"` // the last whole sweep
	// FailedRuns are the runs that failed in a row, FailedCause is why.
	FailedRuns  int    `json:"failedRuns,omitempty"`
	FailedCause string `json:"failedCause,omitempty"`
}

// Rule returns [SweepName].
func (SweepDetails) Rule() string { return SweepName }

const (
	// lateAfter is how many times the expected time may pass between the ends of
	// two sweeps.
	lateAfter = 1.5
	// firstSweep is how long the first sweep may take, of which nothing is known.
	firstSweep = 24 * time.Hour
	// failingFrom is how many failed runs in a row are one too many.
	failingFrom = 3
)

type sweepRule struct{}

func (sweepRule) Name() string { return SweepName }

func (sweepRule) evaluate(o FleetObservation, now time.Time) []Evaluation {
	found := Evaluation{Status: o.lateness(now), Severity: incident.Warning}
	details := SweepDetails{Finished: o.LastFinished}
	if o.FailedRuns > 0 {
		details.FailedRuns, details.FailedCause = o.FailedRuns, o.FailedCause
		found.Status = worse(found.Status, incident.Hysteresis)
	}
	if o.FailedRuns >= failingFrom {
		found.Status, found.Severity = incident.Breached, incident.Critical
	}
	switch found.Status {
	case "":
		return nil
	case incident.Breached:
	default:
		found.Severity = ""
	}
	found.Details.Value = details
	return []Evaluation{found}
}

// lateness is by the end of the last whole sweep. Until the next is due it is
// clear only if the last one came in time, too: sweeps that are always late are
// one incident, and not one each.
func (o FleetObservation) lateness(now time.Time) incident.Status {
	since, limit := o.LastFinished, time.Duration(lateAfter*float64(o.Every+o.LastTook))
	if since.IsZero() {
		since, limit = o.Begun, firstSweep+o.Every
	}
	age := now.Sub(since)
	switch {
	case o.Every <= 0 || since.IsZero():
		return ""
	case age > limit:
		return incident.Breached
	case o.LastGap > limit || age > o.Every+o.LastTook:
		return incident.Hysteresis
	default:
		return incident.Clear
	}
}

// worse returns a, or b where a is clear or nothing.
func worse(a, b incident.Status) incident.Status {
	if a == "" || a == incident.Clear {
		return b
	}
	return a
}

func (sweepRule) decode(data []byte, d *Details) error { return decodeAs[SweepDetails](data, d) }
