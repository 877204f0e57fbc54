package rule_test

import (
	"testing"
	"time"

	"signalbox/functions/alerts/rule"
)

func TestStale(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, status string
		age          time.Duration
		want         found
	}{
		{"just young enough", "30", 48 * time.Hour, allClear},
		{"too old", "30", 48*time.Hour + 1, warning(0)},
		{"in the future", "30", -time.Hour, allClear},
		{"unused", "20", 1000 * day, allClear},
		{"stopped", "35", 1000 * day, allClear},
		{"of no known status", "", 1000 * day, nothing},
	}
	for _, tt := range tests {
		o := rule.Observation{Status: tt.status, Refreshed: now.Add(-tt.age)}
		checkFound(t, tt.name, evaluated(policy, o, rule.StaleName), tt.want)
	}
	never := rule.Observation{Status: "30"}
	checkFound(t, "never counted", evaluated(policy, never, rule.StaleName), nothing)
	old := rule.Observation{Status: "30", Refreshed: now.Add(-100 * day)}
	checkFound(t, "off", evaluated(rule.Policy{}, old, rule.StaleName), off)
	checkDetails(t, "too old", evaluated(policy, old, rule.StaleName), rule.StaleDetails{})
}
