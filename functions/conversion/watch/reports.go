package watch

import (
	"time"

	"signalbox/shared/incident"
)

// Reports is the subject of [ReportsName] by its ID: the reports of rates, and not the
// OTPs that they are of.
const Reports = "reports"

// ReportsObservation is how the reports of rates do: those of windows, and those that
// callers have sent.
type ReportsObservation struct {
	Waiting int       // how many wait
	Oldest  time.Time // since when the oldest of them waits; zero: none does
	Why     string    // why the last one was not sent, in words; "": unknown
	// DeadLetters are those of the last 24 hours that are still there.
	DeadLetters int
	// Reason is why the newest of them was given up, in words.
	Reason string
}

// How long a report may wait before that is an incident, and a critical one, and below
// which time that is over: some always have just come.
const (
	waitsLong    = time.Hour
	waitsTooLong = 24 * time.Hour
	waitsBriefly = 10 * time.Minute
)

// DeadLettersFor is how long a dead letter is one of [ReportsObservation].
const DeadLettersFor = 24 * time.Hour

// Evaluate says whether reports wait for long, or were given up lately.
func (o ReportsObservation) Evaluate(now time.Time) Evaluation {
	e := Evaluation{
		Key:     incident.Key{Subject: incident.Subject{Kind: OTP, ID: Reports}, Rule: ReportsName},
		Details: Details{Value: ReportsDetails(o)},
	}
	var waits time.Duration
	if !o.Oldest.IsZero() {
		waits = now.Sub(o.Oldest)
	}
	switch {
	case waits > waitsTooLong:
		e.Status, e.Severity, e.Threshold.Value = incident.Breached, incident.Critical, waitsTooLong.Hours()
	case waits > waitsLong:
		e.Status, e.Severity, e.Threshold.Value = incident.Breached, incident.Warning, waitsLong.Hours()
	case o.DeadLetters > 0:
		e.Status, e.Severity = incident.Breached, incident.Warning
	case waits > waitsBriefly:
		e.Status = incident.Hysteresis
	default:
		e.Status = incident.Clear
	}
	return e
}
