package rule

import (
	"time"

	"signalbox/shared/incident"
)

// ExpiryName is the name of [Expiry].
const ExpiryName = "expiry"

// Expiry is breached when the card's package is about to end with nothing
// effective after it, and critical once it has ended.
type Expiry struct {
	// Days before the end at which it warns, and worsens. None: it is off.
	Days []int
}

// ExpiryDetails are the details of [Expiry]: the facts say all.
type ExpiryDetails struct{}

// Rule returns [ExpiryName].
func (ExpiryDetails) Rule() string { return ExpiryName }

// Name returns [ExpiryName].
func (Expiry) Name() string { return ExpiryName }

func (e Expiry) evaluate(o Observation, now time.Time) Evaluation {
	switch {
	case len(e.Days) == 0:
		return Evaluation{Status: incident.Off}
	case o.Expires.IsZero():
		return Evaluation{}
	}
	found := Evaluation{Status: incident.Clear, Threshold: incident.Threshold{Falling: true}}
	left := o.Expires.Sub(now)
	if left <= 0 {
		found.Status, found.Severity = incident.Breached, incident.Critical
	} else if days, ok := e.crossed(left); ok {
		found.Status, found.Severity = incident.Breached, incident.Warning
		found.Threshold.Value = float64(days)
	} else {
		found.Threshold = incident.Threshold{}
	}
	found.Details.Value = ExpiryDetails{}
	return o.ofPackage(found, utc(o.Expires))
}

// crossed returns the smallest threshold that is not below what is left.
func (e Expiry) crossed(left time.Duration) (days int, ok bool) {
	for _, d := range e.Days {
		if left <= time.Duration(d)*24*time.Hour && (!ok || d < days) {
			days, ok = d, true
		}
	}
	return days, ok
}

func (e Expiry) needsLookup(listed Observation, now time.Time) bool {
	return len(e.Days) > 0 && listed.Expires.IsZero() || e.evaluate(listed, now).Status == incident.Breached
}

// Without a package there is no data to use.
func (Expiry) inhibits(e Evaluation) []string {
	if e.Severity == incident.Critical {
		return []string{UsageName, ForecastName}
	}
	return nil
}

func (Expiry) byListing() bool { return false }

func (Expiry) forPools() bool { return false }

func (e Expiry) thresholds() []string { return days(e.Days...) }

func (Expiry) decode(data []byte, d *Details) error { return decodeAs[ExpiryDetails](data, d) }
