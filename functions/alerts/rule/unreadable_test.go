package rule_test

import (
	"testing"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

func TestUnreadable(t *testing.T) {
	t.Parallel()
	why := "the listing's ExpireTime is no time"
	o := rule.Observation{Unreadable: why, Ratio: card.ParseRatio("95%"), Status: "35", Refreshed: now}
	for name, p := range map[string]rule.Policy{"policy": policy, "zero policy": {}} {
		e := evaluated(p, o, rule.UnreadableName)
		checkFound(t, name, e, warning(0))
		checkDetails(t, name, e, rule.UnreadableDetails{Why: why})
	}
	for name, want := range map[string]found{
		rule.ExpiryName: nothing, rule.UsageName: warning(90), rule.StoppedName: warning(0), rule.StaleName: allClear,
		rule.ForecastName: nothing,
	} {
		checkFound(t, name, evaluated(policy, o, name), want)
	}
	checkFound(t, "readable", evaluated(policy, rule.Observation{}, rule.UnreadableName), allClear)
	o.Common = true
	checkFound(t, "said of the listing", evaluated(policy, o, rule.UnreadableName), nothing)
	pool := rule.Observation{Subject: incident.Subject{Kind: incident.Pool, ID: "P1"}, Unreadable: why}
	checkFound(t, "pool", evaluated(policy, pool, rule.UnreadableName), warning(0))
}
