package rule_test

import (
	"testing"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

func TestReceiver(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		waiting int
		waits   time.Duration
		want    found
	}{
		{"nothing waits", 0, -1, allClear},
		{"just now", 3, 0, hysteresis},
		{"an hour", 3, time.Hour, hysteresis},
		{"longer", 3, time.Hour + 1, warning(1)},
		{"a day", 3, 24 * time.Hour, warning(1)},
		{"days", 3, 24*time.Hour + 1, critical(24)},
		{"the clock was set back", 3, -day, hysteresis},
		{"nobody knows how long", 3, -1, hysteresis},
	}
	for _, tt := range tests {
		receiver := rule.ReceiverObservation{Name: "slack", Waiting: tt.waiting, Why: "channel_not_found"}
		if tt.waits != -1 {
			receiver.Oldest = now.Add(-tt.waits)
		}
		o := rule.FleetObservation{Receivers: []rule.ReceiverObservation{receiver}}
		e := fleetEvaluated(policy, o, rule.ReceiverName)
		checkFound(t, tt.name, e, tt.want)
		checkDetails(t, tt.name, e, rule.ReceiverDetails{
			Waiting: tt.waiting, Oldest: receiver.Oldest, Why: "channel_not_found",
		})
	}
}

func TestFleetSubjects(t *testing.T) {
	t.Parallel()
	o := ago(time.Minute, time.Minute)
	o.Complete, o.Receivers = true, []rule.ReceiverObservation{{Name: "slack"}, {Name: "webhook"}}
	var got []string
	for _, e := range policy.EvaluateFleet(o, now) {
		if e.Key.Subject.Kind != incident.Fleet {
			t.Errorf("%s is of the kind %q, want fleet", e.Key.Rule, e.Key.Subject.Kind)
		}
		got = append(got, e.Key.String())
	}
	want := []string{
		"fleet/sweep/sweep", "fleet/lookups/lookups", "fleet/listing/listing",
		"fleet/slack/receiver", "fleet/webhook/receiver",
	}
	checkStrings(t, "keys of the fleet", got, want)
}
