package rule_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

func TestGroupID(t *testing.T) {
	t.Parallel()
	for _, g := range []rule.GroupID{tagX, poolP, carrierC, {Kind: rule.TagGroup, Name: "a/b/"}, {Kind: rule.TagGroup, Name: "车队"}} {
		if got, err := rule.ParseGroupID(g.String()); got != g || err != nil {
			t.Errorf("ParseGroupID(%q) = %v, %v", g, got, err)
		}
		want := incident.Key{Subject: incident.Subject{Kind: incident.Group, ID: g.String()}, Rule: rule.StoppedGroupName}
		if got := rule.GroupKey(g, rule.StoppedName); got != want {
			t.Errorf("GroupKey(%q) = %v, want %v", g, got, want)
		}
	}
	for _, text := range []string{"", "tag", "tag/", "/x", "card/x"} {
		if got, err := rule.ParseGroupID(text); err == nil {
			t.Errorf("ParseGroupID(%q) = %v, want an error", text, got)
		}
	}
	counts := well(make(rule.GroupCounts), 3, tagX, carrierC)
	data, err := json.Marshal(counts)
	var got rule.GroupCounts
	if err != nil || json.Unmarshal(data, &got) != nil || !cmp.Equal(counts, got) {
		t.Errorf("counts come back from %s, %v as %v, want %v", data, err, got, counts)
	}
}

// TestGroupsOf goes by what an evaluation says, and what the incident remembers.
func TestGroupsOf(t *testing.T) {
	t.Parallel()
	o := rule.Observation{Tags: []string{"y", "x", "y", ""}, Pool: "P1", Vendor: "CMCC", Status: "35", Refreshed: now}
	want := []rule.GroupID{tagX, tagY, poolP, carrierC}
	for _, name := range rule.GroupRules() {
		if diff := cmp.Diff(want, rule.GroupsOf(evaluated(policy, o, name).Details)); diff != "" {
			t.Errorf("groups by %s (-want +got):\n%s", name, diff)
		}
	}
	if got := rule.GroupsOf(rule.Details{}); len(got) != 0 {
		t.Errorf("groups of nothing are %v", got)
	}
}

func TestEvaluateGroup(t *testing.T) {
	t.Parallel()
	grouping := rule.Policy{Groups: rule.DefaultGroups()}
	open := rule.Incident{Phase: incident.PhaseOpen}
	open.Details.Value = rule.GroupDetails{Of: rule.StoppedName, Since: now.Add(-time.Hour)}
	seen := func(cards, total int) rule.GroupObservation {
		return rule.GroupObservation{
			Group: tagX, Of: rule.StoppedName, Cards: cards, Total: total, Severity: incident.Warning, Since: now, First: []string{"1"},
		}
	}
	tests := []struct {
		name   string
		policy rule.Policy
		o      rule.GroupObservation
		past   rule.Incident
		want   found
		since  time.Time
	}{
		{"formed", grouping, seen(83, 90), rule.Incident{}, warning(0), now},
		{"goes on", grouping, seen(83, 90), open, warning(0), now.Add(-time.Hour)},
		{"half", grouping, seen(45, 90), open, warning(0), now.Add(-time.Hour)},
		{"less than half", grouping, seen(44, 90), open, allClear, now.Add(-time.Hour)},
		{"more than half, but from before", grouping, earlier(seen(60, 100), 60), open, allClear, now.Add(-time.Hour)},
		{"half of the others", grouping, earlier(seen(80, 100), 60), open, warning(0), now.Add(-time.Hour)},
		{"no card any more", grouping, seen(0, 0), open, off, now.Add(-time.Hour)},
		{"switched off", rule.Policy{}, seen(90, 90), open, off, now.Add(-time.Hour)},
	}
	for _, tt := range tests {
		e := tt.policy.EvaluateGroup(tt.o, tt.past, now)
		checkFound(t, tt.name, e, tt.want)
		checkDetails(t, tt.name, e, rule.GroupDetails{
			Of: rule.StoppedName, Cards: tt.o.Cards, Total: tt.o.Total, Since: tt.since, First: []string{"1"},
		})
		if e.Key != rule.GroupKey(tagX, rule.StoppedName) {
			t.Errorf("%s: key %v", tt.name, e.Key)
		}
	}
}

// TestGroupIsMeantByItsCardsRule has silences and routes of the cards mean the group, too,
// and those of groups no card.
func TestGroupIsMeantByItsCardsRule(t *testing.T) {
	t.Parallel()
	o := rule.Observation{Subject: aCard, Tags: []string{"x"}, Status: "35"}
	tests := []struct {
		name        string
		match       rule.Match
		rule        string
		group, card bool
	}{
		{"the tag", rule.Match{Tag: "x"}, "", true, true},
		{"the tag and the rule", rule.Match{Tag: "x"}, rule.StoppedName, true, true},
		{"the tag's group", rule.Match{Tag: "x"}, rule.StoppedGroupName, true, false},
		{"another tag", rule.Match{Tag: "y"}, "", false, false},
		{"another rule's group", rule.Match{Tag: "x"}, rule.StaleGroupName, false, false},
		{"another rule", rule.Match{Tag: "x"}, rule.StaleName, false, false},
		{"a package", rule.Match{Package: "*"}, "", false, false},
	}
	for _, tt := range tests {
		p := rule.Policy{Default: settings, Groups: rule.DefaultGroups()}
		p.Silences = []rule.Silence{{Match: tt.match, Rule: tt.rule, Until: now.Add(day), Comment: "known"}}
		want := incident.Suppression{By: incident.BySilence, Name: "known"}
		group := p.EvaluateGroup(rule.GroupObservation{Group: tagX, Of: rule.StoppedName, Cards: 9, Total: 9}, rule.Incident{}, now)
		if got := group.Suppressed == want; got != tt.group {
			t.Errorf("a silence of %s suppresses the group: %v, want %v", tt.name, got, tt.group)
		}
		card := evaluated(p, o, rule.StoppedName)
		i := rule.Incident{Key: card.Key, Details: card.Details}
		if got := card.Suppressed == want; got != tt.card || (p.Suppression(i, now) == want) != tt.card {
			t.Errorf("a silence of %s suppresses the card: %v, %+v, want %v", tt.name, got, p.Suppression(i, now), tt.card)
		}
		routes := rule.Routes{{Match: tt.match, Rule: tt.rule, Receivers: []string{"ops"}}}
		of := rule.Incident{Key: group.Key, Details: group.Details}
		if got := len(routes.Receivers(of)) > 0; got != tt.group {
			t.Errorf("a route of %s fits the group: %v, want %v", tt.name, got, tt.group)
		}
		if got := len(routes.Receivers(i)) > 0; got != tt.card {
			t.Errorf("a route of %s fits the card: %v, want %v", tt.name, got, tt.card)
		}
	}
	pool := rule.Incident{Key: rule.GroupKey(poolP, rule.StaleName), Details: rule.Details{Facts: rule.Facts{Pool: "P1"}}}
	if got := (rule.Routes{{Match: rule.Match{ICCID: "P1"}, Receivers: []string{"ops"}}}).Receivers(pool); len(got) != 1 {
		t.Errorf("a route of the pool reaches %v, want ops", got)
	}
}

func TestByGroup(t *testing.T) {
	t.Parallel()
	by := incident.ByInhibition
	for _, tt := range []struct {
		s    incident.Suppression
		want bool
	}{
		{rule.InhibitedBy(tagX), true},
		{incident.Suppression{By: by, Name: rule.Undecided}, true},
		{incident.Suppression{By: by, Name: rule.StoppedName}, false},
		{incident.Suppression{By: incident.BySilence, Name: "tag/x"}, false},
		{incident.Suppression{}, false},
	} {
		if got := rule.ByGroup(tt.s); got != tt.want {
			t.Errorf("ByGroup(%+v) = %v", tt.s, got)
		}
	}
}

// earlier has so many of the cards of a group breached before it was.
func earlier(o rule.GroupObservation, cards int) rule.GroupObservation {
	o.Earlier = cards
	return o
}
