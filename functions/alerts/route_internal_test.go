package alerts

import (
	"fmt"
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
	l := newLedger(incident.Policy{}, rule.Routes{
		{Match: rule.Match{Tag: "factory"}, Receivers: []string{"factory"}, Continue: true},
		{Severity: incident.Critical, Receivers: []string{"duty"}},
		{Receivers: []string{"ops"}},
	})
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

// TestManyGroupsCostNoMore routes the groups of as many cards, few groups and many: nobody
// goes through all cards for each group.
func TestManyGroupsCostNoMore(t *testing.T) {
	t.Parallel()
	const cards = 20_000
	took := func(groups int) time.Duration {
		l := newLedger(incident.Policy{}, rule.Routes{{Match: rule.Match{Tag: "tag-1"}, Receivers: []string{"one"}, Continue: true}, {Receivers: []string{"ops"}}})
		for n := range cards {
			tag := fmt.Sprint("tag-", n%groups)
			key := incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: fmt.Sprintf("8986032100%010d", n)}, Rule: rule.StoppedName}
			l.remember(key, rule.Incident{
				Key: key, Phase: incident.PhaseOpen, Details: rule.Details{Facts: rule.Facts{Tags: []string{tag}}},
				Suppressed: rule.InhibitedBy(rule.GroupID{Kind: rule.TagGroup, Name: tag}),
			})
		}
		began := time.Now()
		for n := range groups {
			key := rule.GroupKey(rule.GroupID{Kind: rule.TagGroup, Name: fmt.Sprint("tag-", n)}, rule.StoppedName)
			names, inhibited := l.receivers(rule.Incident{Key: key}), l.cardsOf(key)
			if len(inhibited) != cards/groups || (n == 1) != slices.Equal(names, []string{"one", "ops"}) {
				t.Fatalf("group %d of %d has %d cards and receivers %q", n, groups, len(inhibited), names)
			}
		}
		return time.Since(began)
	}
	if few, many := took(2), took(1000); many > 20*few {
		t.Errorf("1,000 groups took %v, 2 groups of as many cards %v", many, few)
	}
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
