package alerts

import (
	"slices"
	"testing"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// TestNotifiedToTheEnd has a card lose its tag, its severity and at last itself: whoever
// was notified that its incident opened is notified of all that follows, and of the next
// occasion only by the routes.
func TestNotifiedToTheEnd(t *testing.T) {
	t.Parallel()
	l := &ledger{
		routes: rule.Routes{
			{Match: rule.Match{Tag: "factory"}, Receivers: []string{"factory"}, Continue: true},
			{Severity: incident.Critical, Receivers: []string{"duty"}},
			{Receivers: []string{"ops"}},
		},
		records: make(map[incident.Key]rule.Incident), stored: make(map[incident.Key]uint64),
		changed: make(map[incident.Key][]byte), forget: make(map[incident.Key]bool),
	}
	key := incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: "89860321000000015668"}, Rule: rule.UsageName}
	now := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	step := func(status incident.Status, severity incident.Severity, threshold float64, tags []string, want ...string) {
		t.Helper()
		now = now.Add(time.Hour)
		e := rule.Evaluation{
			Key: key, Status: status, Severity: severity, Threshold: incident.Threshold{Value: threshold},
			Details: rule.Details{Facts: rule.Facts{Tags: tags}},
		}
		changes, err := l.advance([]rule.Evaluation{e}, now)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range changes {
			got = append(got, c.Incident.Details.Receivers...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s, %s: %d changes for %q, want %q", status, severity, len(changes), got, want)
		}
		if i := l.records[key]; len(want) > 0 && !slices.Equal(i.Details.Receivers, want) {
			t.Errorf("%s: remembered %q, want %q", status, i.Details.Receivers, want)
		}
	}
	step(incident.Breached, incident.Warning, 80, []string{"factory"}, "factory", "ops")
	step(incident.Breached, incident.Warning, 80, nil)
	step(incident.Breached, incident.Critical, 100, nil, "duty", "factory", "ops")
	step(incident.Absent, "", 0, nil, "duty", "factory", "ops")
	now = now.AddDate(0, 0, 7)
	if _, err := l.elapse(now); err != nil {
		t.Fatal(err)
	}
	step(incident.Breached, incident.Warning, 80, nil, "ops")
}

// TestRouteOfReceivers tells nobody of itself, and the others where nobody else is routed
// to.
func TestRouteOfReceivers(t *testing.T) {
	t.Parallel()
	c := Config{Routes: rule.Routes{{Receivers: []string{"ops"}, Fallback: []string{"anything"}}}}
	for receiver, want := range map[string]map[string]bool{
		"ops":      {"ops": false, "anything": true, "third": true},
		"anything": {"ops": true, "anything": false, "third": false},
	} {
		for name, notified := range want {
			if got := c.route(name, rule.Incident{Key: receiverKey(receiver)}); got != notified {
				t.Errorf("%s is notified of %s: %t, want %t", name, receiver, got, notified)
			}
		}
	}
}
