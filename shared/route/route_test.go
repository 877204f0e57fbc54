package route_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/incident"
	"signalbox/shared/route"
)

var routes = route.Routes{
	{Match: route.Match{Tag: "factory-*"}, Receivers: []string{"factory"}, Continue: true},
	{Match: route.Match{Package: "*"}, Rule: "expiry", Receivers: []string{"sales"}},
	{Match: route.Match{ICCID: "P*"}, Receivers: []string{"pools"}},
	{Country: "SG", Rule: "pumping", Receivers: []string{"fraud"}},
	{Country: "SG", Receivers: []string{"singapore"}, Fallback: []string{"ops"}},
	{Rule: "rate", Severity: incident.Critical, Receivers: []string{"duty"}, Mention: true},
	{Rule: "stopped", Receivers: []string{"field"}},
	{Receivers: []string{"ops"}, Fallback: []string{"duty"}},
}

func TestReceivers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		facts route.Facts
		want  []string
	}{
		{"nothing special", route.Facts{Rule: "silence"}, []string{"ops"}},
		{"a card", route.Facts{Rule: "expiry", Card: &route.Card{ICCID: "8986", Package: "p", Tags: []string{"x", "factory-1"}}}, []string{"factory", "sales"}},
		{"a card without its package", route.Facts{Rule: "expiry", Card: &route.Card{ICCID: "8986"}}, []string{"ops"}},
		{"a pool, which has none", route.Facts{Rule: "expiry", Card: &route.Card{ICCID: "P1", NoPackage: true}}, []string{"sales"}},
		{"a pool", route.Facts{Rule: "usage", Card: &route.Card{ICCID: "P1", NoPackage: true}}, []string{"pools"}},
		{"a group, by the rule about its cards", route.Facts{Rule: "stopped-group", Each: "stopped", Card: &route.Card{ICCID: "tag/x"}}, []string{"field"}},
		{"a country", route.Facts{Rule: "rate", Severity: incident.Critical, Country: "SG"}, []string{"singapore"}},
		{"a country and a rule", route.Facts{Rule: "pumping", Country: "SG"}, []string{"fraud"}},
		{"another country", route.Facts{Rule: "pumping", Country: "MY"}, []string{"ops"}},
		{"severity", route.Facts{Rule: "rate", Severity: incident.Critical}, []string{"duty"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, routes.Receivers(tt.facts)); diff != "" {
				t.Errorf("Receivers (-want +got):\n%s", diff)
			}
			for _, receiver := range []string{"factory", "sales", "pools", "fraud", "singapore", "duty", "field", "ops"} {
				want := false
				for _, name := range tt.want {
					want = want || name == receiver
				}
				if got := routes.Notifies(receiver, tt.facts); got != want {
					t.Errorf("Notifies(%s) = %t, want %t", receiver, got, want)
				}
			}
		})
	}
}

// TestNotifies is about more than what fits: whoever was notified is to the end, and nobody
// of itself.
func TestNotifies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		routes   route.Routes
		receiver string
		facts    route.Facts
		want     bool
	}{
		{"no routes", nil, "duty", route.Facts{Rule: "rate"}, true},
		{"no routes, itself", nil, "duty", route.Facts{Rule: "receiver", Receiver: "duty"}, false},
		{"notified before", routes, "fraud", route.Facts{Rule: "rate", Notified: []string{"fraud"}}, true},
		{"itself, notified before", routes, "ops", route.Facts{Rule: "receiver", Receiver: "ops", Notified: []string{"ops"}}, false},
		{"the only one who would be", routes, "fraud", route.Facts{Rule: "receiver", Receiver: "ops"}, true},
		{"another", routes, "fraud", route.Facts{Rule: "receiver", Receiver: "duty"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.routes.Notifies(tt.receiver, tt.facts); got != tt.want {
				t.Errorf("Notifies = %t, want %t", got, tt.want)
			}
		})
	}
}

func TestFallbackAndMention(t *testing.T) {
	t.Parallel()
	rate := route.Facts{Rule: "rate", Severity: incident.Critical, Country: "SG"}
	if diff := cmp.Diff([]string{"ops"}, routes.Fallback("singapore", rate)); diff != "" {
		t.Errorf("Fallback (-want +got):\n%s", diff)
	}
	if got := routes.Fallback("ops", rate); got != nil {
		t.Errorf("Fallback of one that is not notified = %v, want none", got)
	}
	rate.Notified = []string{"ops"}
	if diff := cmp.Diff([]string{"duty"}, routes.Fallback("ops", rate)); diff != "" {
		t.Errorf("Fallback of one that was notified before (-want +got):\n%s", diff)
	}
	if rate.Country = ""; !routes.Mentions("duty", rate) || routes.Mentions("ops", rate) {
		t.Error("Mentions is not of duty alone")
	}
	if !routes.Announces("fraud") || routes.Announces("nobody") || !route.Routes(nil).Announces("nobody") || !routes.GoesByTag() {
		t.Error("announcements do not go to all that routes lead to, or tags do not count")
	}
}

func TestHides(t *testing.T) {
	t.Parallel()
	all, sg, my, pumping := route.Route{}, route.Route{Country: "SG"}, route.Route{Country: "MY"}, route.Route{Country: "SG", Rule: "pumping"}
	on := route.Route{Country: "SG", Continue: true}
	for _, tt := range []struct {
		name          string
		before, after route.Route
		want          bool
	}{
		{"all and a country", all, sg, true},
		{"a country and all", sg, all, false},
		{"another country", sg, my, false},
		{"a country and less of it", sg, pumping, true},
		{"less of a country and all of it", pumping, sg, false},
		{"one that goes on", on, pumping, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.before.Hides(tt.after); got != tt.want {
				t.Errorf("Hides = %t, want %t", got, tt.want)
			}
		})
	}
	if sg.FitsAll() || !all.FitsAll() {
		t.Error("a country fits all, or no match does not")
	}
}
