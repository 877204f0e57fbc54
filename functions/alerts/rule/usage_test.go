package rule_test

import (
	"testing"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
)

var usedUp = rule.Observation{Subject: aCard, Ratio: card.ParseRatio("100%")}

func TestUsage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		ratio string
		want  found
	}{
		{"0%", allClear},
		{"76%", allClear},
		{"76.01%", hysteresis},
		{"79.99%", hysteresis},
		{"80%", warning(80)},
		{"90%", warning(90)},
		{"99.9%", warning(90)},
		{"100%", critical(100)},
		{"250%", critical(100)},
		{"-", nothing},
	}
	for _, tt := range tests {
		e := evaluated(policy, rule.Observation{Ratio: card.ParseRatio(tt.ratio)}, rule.UsageName)
		checkFound(t, tt.ratio, e, tt.want)
		if tt.want != nothing {
			checkDetails(t, tt.ratio, e, rule.UsageDetails{})
		}
	}
	checkFound(t, "off", evaluated(rule.Policy{}, usedUp, rule.UsageName), off)
}

func TestUsageIsCriticalAtAnyThreshold(t *testing.T) {
	t.Parallel()
	tests := []struct {
		percent int
		want    found
	}{
		{50, critical(50)},
		{100, critical(100)},
		{105, hysteresis},
		{150, allClear},
	}
	for _, tt := range tests {
		p := rule.Policy{Default: rule.Settings{rule.Usage{Percent: []int{tt.percent}}}}
		checkFound(t, tt.percent, evaluated(p, usedUp, rule.UsageName), tt.want)
	}
}

// A card that has come to share a pool's data has none of its own, whatever its
// numbers are: what was open is over, and no new package is claimed.
func TestCardOfPool(t *testing.T) {
	t.Parallel()
	o := bad()
	o.Pool, o.Used, o.PeriodStart = "P1", card.Bytes(0), now.Add(-20*day)
	p := rule.Policy{Default: settings.With(rule.Inactive{Days: 5})}
	for _, name := range []string{rule.UsageName, rule.ForecastName, rule.InactiveName} {
		e := evaluated(p, o, name)
		checkFound(t, name, e, off)
		if e.Details.Facts.Pool != "P1" || e.Instance != "" {
			t.Errorf("%s = pool %q, instance %q; want P1 and none", name, e.Details.Facts.Pool, e.Instance)
		}
	}
	checkFound(t, "expiry", evaluated(p, o, rule.ExpiryName), warning(1))
}

func TestPoolsHaveUsage(t *testing.T) {
	t.Parallel()
	o := bad()
	o.Subject, o.Pool = aPool, "P1"
	for name, p := range map[string]rule.Policy{"policy": policy, "zero policy": {}} {
		var got []string
		for _, e := range p.Evaluate(o, now) {
			got = append(got, e.Key.Rule)
		}
		if len(got) != 2 || got[0] != rule.UsageName || got[1] != rule.UnreadableName {
			t.Errorf("%s: rules of a pool = %v, want usage and unreadable", name, got)
		}
		if p.NeedsLookup(o, now) {
			t.Errorf("%s: a pool needs a lookup of a card", name)
		}
	}
	checkFound(t, "pool", evaluated(policy, o, rule.UsageName), warning(90))
}
