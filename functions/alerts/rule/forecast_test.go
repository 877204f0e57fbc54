package rule_test

import (
	"math"
	"testing"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/forecast"
)

func TestForecast(t *testing.T) {
	t.Parallel()
	tests := []struct {
		probability float64
		known       bool
		want        found
	}{
		{1, true, warning(0.8)},
		{0.8, true, warning(0.8)},
		{0.7999, true, hysteresis},
		{0.5, true, hysteresis},
		{0.4999, true, allClear},
		{0, true, allClear},
		{1, false, nothing},
		{math.NaN(), true, nothing},
	}
	for _, tt := range tests {
		o := rule.Observation{Forecast: forecast.Forecast{Known: tt.known, Probability: tt.probability}}
		checkFound(t, tt.probability, evaluated(policy, o, rule.ForecastName), tt.want)
	}
	bad := rule.Observation{Forecast: forecast.Forecast{Known: true, Probability: 1}}
	checkFound(t, "off", evaluated(rule.Policy{}, bad, rule.ForecastName), off)
}

// The second opinion is another day's data, not a later look at the same.
func TestForecastIsPendingForTwoDaysOfData(t *testing.T) {
	t.Parallel()
	china := time.FixedZone("CST", 8*60*60)
	tests := []struct {
		name      string
		refreshed time.Time
		want      string
	}{
		{"yesterday's data", time.Date(2026, 11, 21, 23, 0, 0, 0, china), "2026-11-21"},
		{"in the fleet's zone", time.Date(2026, 11, 23, 1, 0, 0, 0, china), "2026-11-23"},
		{"unknown", time.Time{}, "2026-11-22"},
	}
	for _, tt := range tests {
		o := rule.Observation{
			Refreshed: tt.refreshed, Renews: time.Date(2026, 12, 1, 0, 0, 0, 0, china), Lookup: rule.LookedUp,
			Forecast: forecast.Forecast{Known: true, Probability: 0.9},
		}
		e := evaluated(policy, o, rule.ForecastName)
		if e.For != 2 || e.Seen != tt.want || e.Instance != "2026-11-30T16:00:00Z" {
			t.Errorf("%s: for %d, seen %q, instance %q; want 2, %q, 2026-11-30T16:00:00Z",
				tt.name, e.For, e.Seen, e.Instance, tt.want)
		}
	}
}

func TestForecastDetails(t *testing.T) {
	t.Parallel()
	expected, earliest := card.Day{Year: 2026, Month: 11, Day: 28}, card.Day{Year: 2026, Month: 11, Day: 25}
	o := rule.Observation{Forecast: forecast.Forecast{
		Known: true, Probability: 0.897, Expected: expected, Earliest: earliest, Points: 28,
	}}
	checkDetails(t, "forecast", evaluated(policy, o, rule.ForecastName), rule.ForecastDetails{
		Probability: 0.897, Expected: expected, Earliest: earliest, Points: 28,
	})
}

func TestForecastNeedsLookupAheadOfThePeriod(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		ratio         string
		elapsed, left time.Duration
		want          bool
	}{
		{"well ahead", "60%", 10 * day, 20 * day, true},
		{"just enough ahead", "50%", 40 * day, 60 * day, true},
		{"not enough ahead", "49.9%", 40 * day, 60 * day, false},
		{"too little used", "29.9%", 0, 30 * day, false},
		{"enough used", "30%", 0, 30 * day, true},
		{"period over", "70%", 30 * day, 0, false},
		{"period not begun", "70%", -1, 30 * day, false},
		{"end of the period unknown", "60%", day, -now.Sub(time.Time{}), false},
	}
	for _, tt := range tests {
		o := rule.Observation{Subject: aCard, Expires: now.AddDate(1, 0, 0), Ratio: card.ParseRatio(tt.ratio)}
		if policy.NeedsLookup(o, now) {
			t.Fatalf("%s: NeedsLookup without a period = true, want false", tt.name)
		}
		o.PeriodStart, o.Renews = now.Add(-tt.elapsed), now.Add(tt.left)
		if got := policy.NeedsLookup(o, now); got != tt.want {
			t.Errorf("%s: NeedsLookup = %v, want %v", tt.name, got, tt.want)
		}
		o.Pool, o.Ratio = "P1", card.ParseRatio("95%")
		if policy.NeedsLookup(o, now) {
			t.Errorf("%s: NeedsLookup in a pool = true, want false", tt.name)
		}
	}
}
