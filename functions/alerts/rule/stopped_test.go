package rule_test

import (
	"testing"

	"signalbox/functions/alerts/rule"
)

func TestStopped(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status, number string
		want           found
		cause          rule.StopCause
	}{
		{"10", "", allClear, ""},
		{"20", "", allClear, ""},
		{"30", "300", allClear, ""},
		{"35", "", warning(0), rule.OtherStop},
		{"35", "200", warning(0), rule.UserStop},
		{"35", "300", critical(0), rule.QuotaStop},
		{"35", "400", critical(0), rule.CreditStop},
		{"35", "500", warning(0), rule.RebindStop},
		{"35", "600", warning(0), rule.RealNameStop},
		{"35", "700", warning(0), rule.AbnormalStop},
		{"35", "40", warning(0), rule.OtherStop},
		{"40", "40", warning(0), rule.Suspended},
		{"40", "400", critical(0), rule.CreditStop},
	}
	for _, tt := range tests {
		e := evaluated(policy, rule.Observation{Status: tt.status, OsStatus: tt.number}, rule.StoppedName)
		checkFound(t, tt.status+" "+tt.number, e, tt.want)
		checkDetails(t, tt.status+" "+tt.number, e, rule.StoppedDetails{Cause: tt.cause})
	}
	checkFound(t, "unknown", evaluated(policy, rule.Observation{OsStatus: "300"}, rule.StoppedName), nothing)
	checkFound(t, "off", evaluated(rule.Policy{}, rule.Observation{Status: "35"}, rule.StoppedName), off)
}
