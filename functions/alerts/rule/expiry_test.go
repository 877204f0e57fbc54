package rule_test

import (
	"testing"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

func TestExpiry(t *testing.T) {
	t.Parallel()
	tests := []struct {
		left time.Duration
		want found
	}{
		{31 * day, allClear},
		{30*day + time.Second, allClear},
		{30 * day, warning(30)},
		{14*day + 1, warning(30)},
		{14 * day, warning(14)},
		{5 * day, warning(7)},
		{day, warning(1)},
		{time.Nanosecond, warning(1)},
		{0, critical(0)},
		{-100 * day, critical(0)},
	}
	for _, tt := range tests {
		e := evaluated(policy, rule.Observation{Expires: now.Add(tt.left)}, rule.ExpiryName)
		checkFound(t, tt.left, e, tt.want)
		checkDetails(t, tt.left, e, rule.ExpiryDetails{})
		if breached := tt.want.status == incident.Breached; e.Threshold.Falling != breached {
			t.Errorf("%v: falling = %v, want %v", tt.left, e.Threshold.Falling, breached)
		}
	}
	checkFound(t, "unknown", evaluated(policy, rule.Observation{}, rule.ExpiryName), nothing)
	checkFound(t, "off", evaluated(rule.Policy{}, rule.Observation{Expires: now}, rule.ExpiryName), off)
}

func TestThresholdsWorsen(t *testing.T) {
	t.Parallel()
	var last incident.Threshold
	for i, left := range []time.Duration{30 * day, 14 * day, 7 * day, day, 0} {
		e := evaluated(policy, rule.Observation{Expires: now.Add(left)}, rule.ExpiryName)
		if i > 0 && e.Threshold.Compare(last) <= 0 {
			t.Errorf("threshold with %v left = %+v, want worse than %+v", left, e.Threshold, last)
		}
		last = e.Threshold
	}
}

// What goes by the packages names its occasion where these are known.
func TestInstanceNeedsThePackages(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 11, 23, 8, 0, 0, 0, time.FixedZone("CST", 8*60*60))
	tests := []struct {
		lookup   rule.Lookup
		expires  time.Time
		instance string
		partial  bool
	}{
		{rule.LookedUp, end, "2026-11-23T00:00:00Z", false},
		{rule.NotLookedUp, end, "2026-11-23T00:00:00Z", false},
		{rule.LookupFailed, end, "", false},
		{rule.WithoutPackages, end, "", true},
		{rule.LookedUp, time.Time{}, "", false},
		{rule.WithoutPackages, time.Time{}, "", true},
	}
	for _, tt := range tests {
		o := usedUp
		o.Expires, o.Lookup = tt.expires, tt.lookup
		for _, name := range []string{rule.UsageName, rule.ExpiryName} {
			e := evaluated(policy, o, name)
			if e.Status == "" && tt.expires.IsZero() && name == rule.ExpiryName {
				continue
			}
			if e.Status != incident.Breached || e.Instance != tt.instance || e.Partial != tt.partial {
				t.Errorf("%s, lookup %q, end %v = %s, instance %q, partial %v; want breached, %q, %v",
					name, tt.lookup, tt.expires, e.Status, e.Instance, e.Partial, tt.instance, tt.partial)
			}
		}
	}
}
