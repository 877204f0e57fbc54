package rule

import (
	"slices"
	"time"

	"signalbox/shared/incident"
)

// UsageName is the name of [Usage].
const UsageName = "usage"

// Usage is breached when much of the data of the package is used, and critical
// from 100 %. A card that shares the data of a pool has none of its own.
type Usage struct {
	// Percent of the data at which it warns, and worsens. None: it is off.
	Percent []int
}

// UsageDetails are the details of [Usage]: the facts say all.
type UsageDetails struct{}

// Rule returns [UsageName].
func (UsageDetails) Rule() string { return UsageName }

// clearShare of the lowest threshold is where usage is clear again: a ratio that
// swings about the threshold does not open an incident each time.
const clearShare = 0.95

// Name returns [UsageName].
func (Usage) Name() string { return UsageName }

func (u Usage) evaluate(o Observation, _ time.Time) Evaluation {
	ratio, known := o.Ratio.Value()
	switch {
	case len(u.Percent) == 0 || o.pooled():
		return Evaluation{Status: incident.Off}
	case !known:
		return Evaluation{}
	}
	found := Evaluation{Status: incident.Clear}
	if percent, ok := u.crossed(ratio); ok {
		found.Status, found.Severity = incident.Breached, incident.Warning
		found.Threshold.Value = float64(percent)
		if ratio >= 1 {
			found.Severity = incident.Critical
		}
	} else if ratio > float64(slices.Min(u.Percent))*clearShare/100 {
		found.Status = incident.Hysteresis
	}
	found.Details.Value = UsageDetails{}
	return o.ofPackage(found, utc(o.Expires))
}

// crossed returns the largest threshold that the ratio has reached.
func (u Usage) crossed(ratio float64) (percent int, ok bool) {
	for _, p := range u.Percent {
		if ratio >= float64(p)/100 && (!ok || p > percent) {
			percent, ok = p, true
		}
	}
	return percent, ok
}

func (u Usage) needsLookup(listed Observation, now time.Time) bool {
	unknown := len(u.Percent) > 0 && !listed.Ratio.Known() && !listed.pooled()
	return unknown || u.evaluate(listed, now).Status == incident.Breached
}

// What is used up needs no forecast.
func (Usage) inhibits(e Evaluation) []string {
	if e.Severity == incident.Critical {
		return []string{ForecastName}
	}
	return nil
}

func (Usage) byListing() bool { return false }

func (Usage) forPools() bool { return true }

func (u Usage) thresholds() []string { return each("%d %%", u.Percent...) }

func (Usage) decode(data []byte, d *Details) error { return decodeAs[UsageDetails](data, d) }
