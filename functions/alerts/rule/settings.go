package rule

import (
	"slices"
	"time"

	"signalbox/shared/incident"
)

// Settings say when the rules fire. The zero value never does: a rule without
// its threshold is off, and clears what it had opened.
type Settings struct {
	// UsagePercent and ExpiryDays are the ladders of Usage and Expiry, in any
	// order: percentages of the package used, and days before its end.
	UsagePercent, ExpiryDays []int
	// Stopped turns the rule of that name on.
	Stopped bool
	// StaleAfter is how long usage may go uncounted.
	StaleAfter time.Duration
	// Fire is the probability from which Forecast fires, above 0 and at most 1;
	// below Clear it clears.
	Fire, Clear float64
}

// NewSettings returns settings with the ladders given and all other rules on: 48
// hours for Stale, and for Forecast a probability of 0.8 to fire and 0.5 to
// clear.
func NewSettings(usagePercent, expiryDays []int) Settings {
	return Settings{
		UsagePercent: usagePercent,
		ExpiryDays:   expiryDays,
		Stopped:      true,
		StaleAfter:   48 * time.Hour,
		Fire:         0.8,
		Clear:        0.5,
	}
}

// finding is what a rule says of a reading. The zero value is that it cannot
// say.
type finding struct {
	reason   string
	level    int
	hold     bool
	breaches int
	seen     string // see incident.Verdict
}

func (f finding) known() bool { return f.reason != "" }
func (f finding) fires() bool { return f.level > 0 }

// find applies the rule of that name.
func (s Settings) find(name string, r Reading, now time.Time) finding {
	switch name {
	case Expiry:
		return s.expiry(r, now)
	case Usage:
		return s.usage(r)
	case Stopped:
		return s.stopped(r)
	case Stale:
		return s.stale(r, now)
	case Forecast:
		return s.forecast(r, now)
	default:
		return finding{}
	}
}

// fires reports whether one of the rules does.
func (s Settings) fires(r Reading, now time.Time, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return s.find(name, r, now).fires() })
}

// judge returns a verdict for each rule that r tells enough for.
func (s Settings) judge(r Reading, now time.Time) []incident.Verdict {
	facts := r.facts()
	var verdicts []incident.Verdict
	for _, name := range Names {
		f := s.find(name, r, now)
		if !f.known() {
			continue
		}
		verdicts = append(verdicts, incident.Verdict{
			Key:      incident.Key{Subject: string(r.ICCID), Rule: name},
			Instance: r.instance(name),
			Level:    f.level,
			Hold:     f.hold,
			Breaches: f.breaches,
			Seen:     f.seen,
			Reason:   f.reason,
			Facts:    facts,
		})
	}
	return verdicts
}
