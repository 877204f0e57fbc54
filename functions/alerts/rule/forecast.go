package rule

import (
	"math"
	"time"

	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// ForecastName is the name of [Forecast].
const ForecastName = "forecast"

// Forecast is breached when a card's data will probably be used up before it
// renews, by the data of two days. It is off for a card that shares a pool's.
type Forecast struct {
	// Fire is the probability from which it is breached, above 0 and at most 1;
	// 0: it is off. Below Clear it is clear.
	Fire, Clear float64
}

// ForecastDetails are the details of [Forecast], as [forecast.Forecast] has them.
type ForecastDetails struct {
	Probability float64  `json:"probability"`
	Expected    card.Day `json:"expected,omitzero"`
	Earliest    card.Day `json:"earliest,omitzero"`
	Latest      card.Day `json:"latest,omitzero"`
	Points      int      `json:"points"` // days that count
}

// Rule returns [ForecastName].
func (ForecastDetails) Rule() string { return ForecastName }

// forecastFor is on how many days a forecast must be bad to be believed.
const forecastFor = 2

// Name returns [ForecastName].
func (Forecast) Name() string { return ForecastName }

func (f Forecast) evaluate(o Observation, now time.Time) Evaluation {
	switch {
	case f.Fire <= 0 || o.pooled():
		return Evaluation{Status: incident.Off}
	case !o.Forecast.Known || math.IsNaN(o.Forecast.Probability):
		return Evaluation{}
	}
	found := Evaluation{Status: incident.Clear, For: forecastFor, Seen: o.dataDay(now).String()}
	switch probability := o.Forecast.Probability; {
	case probability >= f.Fire:
		found.Status, found.Severity = incident.Breached, incident.Warning
		found.Threshold.Value = f.Fire
	case probability >= f.Clear:
		found.Status = incident.Hysteresis
	}
	found.Details.Value = ForecastDetails{
		Probability: o.Forecast.Probability, Points: o.Forecast.Points,
		Expected: o.Forecast.Expected, Earliest: o.Forecast.Earliest, Latest: o.Forecast.Latest,
	}
	return o.ofPackage(found, utc(o.Renews))
}

// dataDay is the day of the data: to look at it again on another day is no second
// opinion. Where that is unknown, it is today.
func (o Observation) dataDay(now time.Time) card.Day {
	if o.Refreshed.IsZero() {
		return card.DayOf(now)
	}
	return card.DayOf(o.Refreshed)
}

// From minRatio of the data used, and leadOfTime times the share of the period
// that is over, a card may run out early.
const (
	minRatio   = 0.3
	leadOfTime = 1.25
)

// needsLookup reports whether data is used well ahead of time.
func (f Forecast) needsLookup(listed Observation, now time.Time) bool {
	ratio, known := listed.Ratio.Value()
	start, end := listed.PeriodStart, listed.Renews
	if f.Fire <= 0 || !known || listed.pooled() || start.IsZero() || now.Before(start) || !now.Before(end) {
		return false
	}
	elapsed := float64(now.Sub(start)) / float64(end.Sub(start))
	return ratio >= minRatio && ratio >= elapsed*leadOfTime
}

func (Forecast) inhibits(Evaluation) []string { return nil }

func (Forecast) byListing() bool { return false }

func (Forecast) forPools() bool { return false }

func (f Forecast) thresholds() []string {
	if f.Fire <= 0 {
		return nil
	}
	return each("%d %%", int(math.Round(f.Fire*100)))
}

func (Forecast) decode(data []byte, d *Details) error { return decodeAs[ForecastDetails](data, d) }
