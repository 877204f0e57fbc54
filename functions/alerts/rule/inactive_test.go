package rule_test

import (
	"testing"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

var inactivePolicy = rule.Policy{Default: rule.Settings{rule.Inactive{Days: 10}}}

// idle is a card that has used nothing in 21 days of its period.
func idle() rule.Observation {
	return rule.Observation{
		Subject: aCard, Status: "30", Used: card.Bytes(0), PeriodStart: now.Add(-21 * day),
		Lookup: rule.LookedUp, LookedUpAt: now, LastUse: card.DayOf(now.Add(-25 * day)),
	}
}

func TestInactive(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit func(*rule.Observation)
		want found
	}{
		{"inactive", func(*rule.Observation) {}, warning(10)},
		{"just long enough", func(o *rule.Observation) { o.PeriodStart = now.Add(-10 * day) }, warning(10)},
		{"too early to say", func(o *rule.Observation) { o.PeriodStart = now.Add(-10*day + 1) }, hysteresis},
		{"activated since", func(o *rule.Observation) { o.Activated = now.Add(-9 * day) }, hysteresis},
		{"activated before", func(o *rule.Observation) { o.Activated = now.Add(-40 * day) }, warning(10)},
		{"used", func(o *rule.Observation) { o.Used = card.Bytes(1) }, allClear},
		{"used, by the listing alone", func(o *rule.Observation) { o.Used, o.Lookup = card.Bytes(1), "" }, allClear},
		{"used unknown", func(o *rule.Observation) { o.Used = card.DataSize{} }, nothing},
		{"stopped", func(o *rule.Observation) { o.Status = "35" }, allClear},
		{"status unknown", func(o *rule.Observation) { o.Status = "" }, nothing},
		{"period unknown", func(o *rule.Observation) { o.PeriodStart = time.Time{} }, nothing},
		{"not confirmed", func(o *rule.Observation) { o.Lookup = rule.NotLookedUp }, nothing},
		{"lookup failed", func(o *rule.Observation) { o.Lookup = rule.LookupFailed }, nothing},
		{"never used", func(o *rule.Observation) { o.LastUse = card.Day{} }, hysteresis},
		{"the lookup knows better", func(o *rule.Observation) { o.LastUse = card.DayOf(o.PeriodStart) }, allClear},
	}
	for _, tt := range tests {
		o := idle()
		tt.edit(&o)
		checkFound(t, tt.name, evaluated(inactivePolicy, o, rule.InactiveName), tt.want)
	}
	checkFound(t, "off by default", evaluated(policy, idle(), rule.InactiveName), off)
}

// One incident lasts from the last use to the next, whatever periods begin.
func TestInactiveInstance(t *testing.T) {
	t.Parallel()
	o := idle()
	first := evaluated(inactivePolicy, o, rule.InactiveName)
	o.PeriodStart = now.Add(-12 * day)
	second := evaluated(inactivePolicy, o, rule.InactiveName)
	if first.Instance != "2026-10-28" || second.Instance != first.Instance {
		t.Errorf("instances %q and, a period later, %q, want 2026-10-28", first.Instance, second.Instance)
	}
	checkDetails(t, "inactive", first, rule.InactiveDetails{LastUse: card.Day{Year: 2026, Month: 10, Day: 28}})
}

func TestInactiveNeedsOneLookupADay(t *testing.T) {
	t.Parallel()
	china := time.FixedZone("CST", 8*60*60)
	tests := []struct {
		name string
		now  time.Time
		edit func(*rule.Observation)
		want bool
	}{
		{"never looked up", now, func(o *rule.Observation) { o.LookedUpAt = time.Time{} }, true},
		{"looked up today", now, func(o *rule.Observation) { o.LookedUpAt = now.Add(-12 * time.Hour) }, false},
		{"looked up yesterday", now, func(o *rule.Observation) { o.LookedUpAt = now.Add(-12*time.Hour - 1) }, true},
		{"today begins in china", now.In(china), func(o *rule.Observation) { o.LookedUpAt = now.Add(-20 * time.Hour) }, false},
		{"clock set back", now, func(o *rule.Observation) { o.LookedUpAt = now.Add(day) }, true},
		{"used", now, func(o *rule.Observation) { o.LookedUpAt, o.Used = time.Time{}, card.Bytes(1) }, false},
		{"in a pool", now, func(o *rule.Observation) { o.LookedUpAt, o.Pool = time.Time{}, "P1" }, false},
		{"stopped", now, func(o *rule.Observation) { o.LookedUpAt, o.Status = time.Time{}, "35" }, false},
	}
	for _, tt := range tests {
		o := idle()
		tt.edit(&o)
		if got := inactivePolicy.NeedsLookup(o, tt.now); got != tt.want {
			t.Errorf("%s: NeedsLookup = %v, want %v", tt.name, got, tt.want)
		}
	}
	o := idle()
	o.LookedUpAt = time.Time{}
	if (rule.Policy{}).NeedsLookup(o, now) {
		t.Error("with the rule off, NeedsLookup = true, want false")
	}
}

func TestSimulatedDaysOfInactivity(t *testing.T) {
	t.Parallel()
	o, lookups := idle(), 0
	o.LookedUpAt = time.Time{}
	for sweep := range 3 * 24 * 6 { // every ten minutes of three days
		at := now.Truncate(day).Add(time.Duration(sweep) * 10 * time.Minute)
		if inactivePolicy.NeedsLookup(o, at) {
			o.LookedUpAt, lookups = at, lookups+1
		}
	}
	if lookups != 3 {
		t.Errorf("%d lookups in three days, want 3", lookups)
	}
	checkFound(t, "then", evaluated(inactivePolicy, o, rule.InactiveName), found{incident.Breached, incident.Warning, 10})
}
