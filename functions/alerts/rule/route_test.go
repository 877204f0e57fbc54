package rule_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/route"
)

// routed makes an incident of a card.
func routed(name string, severity incident.Severity, facts rule.Facts) rule.Incident {
	return rule.Incident{
		Key:      incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: "89860321000000015668"}, Rule: name},
		Severity: severity, Details: rule.Details{Facts: facts},
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	routes := rule.Routes{
		{Match: rule.Match{Tag: "factory-*"}, Receivers: []string{"factory"}, Continue: true},
		{Match: rule.Match{Package: "*-年包-*"}, Receivers: []string{"yearly"}},
		{Match: rule.Match{ICCID: "898602*"}, Receivers: []string{"other"}},
		{Rule: rule.SweepName, Receivers: []string{"ops"}},
		{Severity: incident.Critical, Receivers: []string{"ops", "duty"}, Mention: true},
		{Receivers: []string{"ops"}, Fallback: []string{"anything"}},
	}
	tagged := rule.Facts{Tags: []string{"x", "factory-1"}}
	sweep := routed(rule.SweepName, incident.Critical, rule.Facts{})
	sweep.Key.Subject = incident.Subject{Kind: incident.Fleet, ID: rule.SweepName}
	tests := []struct {
		name      string
		i         rule.Incident
		receivers []string
		fallback  []string // of ops
		mentions  bool     // of ops
	}{
		{"nothing special", routed(rule.UsageName, incident.Warning, rule.Facts{}), []string{"ops"}, []string{"anything"}, false},
		{"critical", routed(rule.UsageName, incident.Critical, rule.Facts{}), []string{"duty", "ops"}, nil, true},
		{"tag, and on", routed(rule.UsageName, incident.Critical, tagged), []string{"duty", "factory", "ops"}, nil, true},
		{"package", routed(rule.UsageName, incident.Critical, rule.Facts{Package: "移动-年包-1G"}), []string{"yearly"}, nil, false},
		{"tag and package", routed(rule.UsageName, incident.Warning, rule.Facts{Package: "移动-年包-1G", Tags: tagged.Tags}), []string{"factory", "yearly"}, nil, false},
		{"the fleet", sweep, []string{"ops"}, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.receivers, routes.Receivers(tt.i)); diff != "" {
				t.Errorf("Receivers (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.fallback, routes.Fallback("ops", tt.i)); diff != "" {
				t.Errorf("Fallback (-want +got):\n%s", diff)
			}
			if got := routes.Mentions("ops", tt.i); got != tt.mentions {
				t.Errorf("Mentions = %t, want %t", got, tt.mentions)
			}
		})
	}
	if routes.Reaches("anything") || !routes.Reaches("duty") || !routes.GoesByTag() {
		t.Error("a fallback is reached, a receiver is not, or tags do not count")
	}
}

// TestFallbackOfGroup is that of its cards: a group is in no package and has no number, and
// its receivers are those of its cards.
func TestFallbackOfGroup(t *testing.T) {
	t.Parallel()
	routes := rule.Routes{
		{Match: rule.Match{ICCID: "898603*"}, Receivers: []string{"ops", "duty"}, Fallback: []string{"anything"}},
		{Rule: rule.ExpiryName, Receivers: []string{"ops"}, Fallback: []string{"sales"}},
		{Match: rule.Match{Package: "*"}, Severity: incident.Critical, Receivers: []string{"ops"}, Mention: true},
		{Receivers: []string{"other"}, Fallback: []string{"mail"}},
	}
	group := rule.Incident{Key: rule.GroupKey(tagX, rule.StoppedName), Severity: incident.Warning}
	group.Details.Receivers = []string{"duty", "ops"}
	for receiver, want := range map[string][]string{"ops": {"anything"}, "duty": {"anything"}, "other": {"mail"}, "nobody": nil} {
		if diff := cmp.Diff(want, routes.Fallback(receiver, group)); diff != "" {
			t.Errorf("Fallback of %s (-want +got):\n%s", receiver, diff)
		}
	}
	for severity, want := range map[incident.Severity]bool{incident.Warning: false, incident.Critical: true} {
		group.Severity = severity
		if got := routes.Mentions("ops", group); got != want {
			t.Errorf("%s: Mentions = %t, want %t", severity, got, want)
		}
	}
}

// TestRulesOfRoutes holds that routes know the rules that there are.
func TestRulesOfRoutes(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(rule.Names(), route.Rules(route.Cards, route.Fleet)); diff != "" {
		t.Errorf("rules (-are +routes know):\n%s", diff)
	}
	for _, name := range rule.Names() {
		if isFleet := route.About(name) == route.Fleet; isFleet != rule.IsFleet(name) {
			t.Errorf("routes take %s for a rule about the fleet itself: %t", name, isFleet)
		}
	}
}

// TestNoCountry has no route by country fit a card's incident.
func TestNoCountry(t *testing.T) {
	t.Parallel()
	routes := rule.Routes{{Country: "SG", Receivers: []string{"otp"}}, {Receivers: []string{"ops"}}}
	if diff := cmp.Diff([]string{"ops"}, routes.Receivers(routed(rule.UsageName, incident.Critical, rule.Facts{}))); diff != "" {
		t.Errorf("Receivers (-want +got):\n%s", diff)
	}
}
