package rule_test

import (
	"testing"

	"signalbox/functions/alerts/rule"
)

func TestLookups(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		lookups, failed  int
		denied, underway bool
		want             found
	}{
		{"none", 0, 0, false, false, allClear},
		{"none yet", 0, 0, false, true, nothing},
		{"all well", 100, 0, false, false, allClear},
		{"all well so far", 100, 0, false, true, nothing},
		{"some fail", 100, 9, false, false, allClear},
		{"more fail", 100, 10, false, false, hysteresis},
		{"a large share", 100, 20, false, false, warning(0)},
		{"a large share so far", 20, 4, false, true, warning(0)},
		{"nearly all", 100, 90, false, true, critical(0)},
		{"few, all failed", 19, 19, false, false, hysteresis},
		{"denied", 5, 5, true, true, critical(0)},
		{"denied, but too few", 4, 4, true, false, hysteresis},
		{"denied since a while", 100, 15, true, true, warning(0)},
		{"denied, and none failed", 100, 0, true, false, allClear},
	}
	for _, tt := range tests {
		e := fleetEvaluated(policy, rule.FleetObservation{
			Lookups: tt.lookups, LookupsFailed: tt.failed, LookupDenied: tt.denied, LookupError: "why",
			Complete: !tt.underway, Overlap: 1,
		}, rule.LookupsName)
		checkFound(t, tt.name, e, tt.want)
		if tt.want != nothing {
			checkDetails(t, tt.name, e, rule.LookupsDetails{
				Lookups: tt.lookups, Failed: tt.failed, Denied: tt.denied, Why: "why",
			})
		}
	}
}
