package rule_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/forecast"
	"signalbox/shared/incident"
)

// bad has all rules breached but stopped, inactive and unreadable.
func bad() rule.Observation {
	return rule.Observation{
		Subject: aCard, Tags: []string{"车队-华东"}, Package: "月包",
		Expires: now.Add(day), Ratio: card.ParseRatio("95%"),
		Status: "30", Refreshed: now.Add(-10 * day),
		Forecast: forecast.Forecast{Known: true, Probability: 0.9},
	}
}

// suppressed says by what the evaluations are, by their rules.
func suppressed(p rule.Policy, o rule.Observation, at time.Time) map[string]string {
	by := make(map[string]string)
	for _, e := range p.Evaluate(o, at) {
		if e.Suppressed.Active() {
			by[e.Key.Rule] = strings.TrimSpace(string(e.Suppressed.By) + " " + e.Suppressed.Name)
		}
	}
	return by
}

// names are the rules that are suppressed.
func names(by map[string]string) string { return strings.Join(slices.Sorted(maps.Keys(by)), " ") }

func TestInhibition(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit func(*rule.Observation)
		want string
	}{
		{"nothing inhibits", func(*rule.Observation) {}, ""},
		{"expired", func(o *rule.Observation) { o.Expires = now }, "forecast usage"},
		{"used up", func(o *rule.Observation) { o.Ratio = card.ParseRatio("100%") }, "forecast"},
		{"stopped", func(o *rule.Observation) { o.Status = "35" }, "forecast inactive stale"},
		{"suspended", func(o *rule.Observation) { o.Status = "40" }, "forecast inactive stale"},
		{"expired and stopped", func(o *rule.Observation) { o.Expires, o.Status = now, "35" }, "forecast inactive stale usage"},
	}
	for _, tt := range tests {
		o := bad()
		tt.edit(&o)
		if got := names(suppressed(policy, o, now)); got != tt.want {
			t.Errorf("%s: suppressed are %q, want %q", tt.name, got, tt.want)
		}
	}
	expired := bad()
	expired.Expires = now
	if got, want := suppressed(policy, expired, now)[rule.UsageName], "inhibition expiry"; got != want {
		t.Errorf("usage of an expired card is suppressed by %q, want %q", got, want)
	}
	without, halted := rule.Policy{Default: settings.With(rule.Stopped{})}, bad()
	halted.Status = "35"
	if got := names(suppressed(without, halted, now)); got != "" {
		t.Errorf("with the rule off, stopped inhibits %q, want nothing", got)
	}
}

func TestSilences(t *testing.T) {
	t.Parallel()
	const all = "expiry forecast inactive stale stopped unreadable usage"
	tests := []struct {
		name    string
		silence rule.Silence
		want    string
	}{
		{"all", rule.Silence{Until: now.Add(1)}, all},
		{"over at its end", rule.Silence{Until: now}, ""},
		{"no end", rule.Silence{}, ""},
		{"begins now", rule.Silence{From: now, Until: now.Add(1)}, all},
		{"has not begun", rule.Silence{From: now.Add(1), Until: now.Add(day)}, ""},
		{"one rule", rule.Silence{Until: now.Add(day), Rule: rule.UsageName}, "usage"},
		{"tag", rule.Silence{Until: now.Add(day), Match: rule.Match{Tag: "*-华东"}}, all},
		{"other tag", rule.Silence{Until: now.Add(day), Match: rule.Match{Tag: "*-华南"}}, ""},
		{"other package", rule.Silence{Until: now.Add(day), Match: rule.Match{Tag: "*", Package: "年包"}}, ""},
		{"end in another zone", rule.Silence{Until: now.In(time.FixedZone("", -5*60*60)).Add(1)}, all},
	}
	for _, tt := range tests {
		tt.silence.Comment = "renewal is under way"
		p := rule.Policy{Default: settings, Silences: []rule.Silence{{Until: now.Add(-day)}, tt.silence}}
		by := suppressed(p, bad(), now)
		if got := names(by); got != tt.want {
			t.Errorf("%s: suppressed are %q, want %q", tt.name, got, tt.want)
		}
		for name, got := range by {
			if want := "silence renewal is under way"; got != want {
				t.Errorf("%s: %s is suppressed by %q, want %q", tt.name, name, got, want)
			}
		}
	}
}

// A silence by what is unknown of a card suppresses nothing.
func TestUndecidedSilence(t *testing.T) {
	t.Parallel()
	for _, match := range []rule.Match{{Package: "月*"}, {Tag: "车队-*"}, {Tag: "车队-*", Package: "月*"}} {
		p := rule.Policy{Default: settings, Silences: []rule.Silence{{Match: match, Until: now.Add(day)}}}
		for _, lookup := range []rule.Lookup{rule.NotLookedUp, rule.WithoutPackages, rule.LookupFailed} {
			o := bad()
			o.Package, o.Tags, o.TagsUnknown, o.Lookup = "", nil, true, lookup
			if got := names(suppressed(p, o, now)); got != "" {
				t.Errorf("lookup %q: %+v silences %q, want nothing", lookup, match, got)
			}
		}
	}
}

// A rule that cannot say for sure inhibits nothing, but may.
func TestUnsureInhibition(t *testing.T) {
	t.Parallel()
	switchable := rule.Policy{Default: settings, Overrides: []rule.Override{
		{Match: rule.Match{Tag: "x"}, Settings: settings.With(rule.Expiry{})},
	}}
	tests := []struct {
		name   string
		policy rule.Policy
		edit   func(*rule.Observation)
		want   string
	}{
		{"expiry says it is not", policy, func(*rule.Observation) {}, ""},
		{"expiry cannot say", policy, func(o *rule.Observation) { o.Expires = time.Time{} }, "expiry"},
		{"expiry goes by half an answer", policy, func(o *rule.Observation) { o.Lookup = rule.WithoutPackages }, "expiry"},
		{"expiry may be off", switchable, func(o *rule.Observation) { o.Expires, o.TagsUnknown = now, true }, "expiry"},
		{"expiry is on", switchable, func(*rule.Observation) {}, ""},
	}
	for _, tt := range tests {
		o := bad()
		tt.edit(&o)
		e := evaluated(tt.policy, o, rule.UsageName)
		var unsure []string
		for _, s := range e.Unsure {
			unsure = append(unsure, s.Name)
		}
		if got := strings.Join(unsure, " "); got != tt.want || e.Suppressed.Active() {
			t.Errorf("%s: usage is suppressed by %+v, perhaps by %q; want nothing, perhaps %q", tt.name, e.Suppressed, got, tt.want)
		}
	}
}

func TestMuteTimeLetsCriticalPass(t *testing.T) {
	t.Parallel()
	always := rule.Policy{Default: settings, MuteTimes: []rule.MuteTime{{To: 24 * 60}}}
	tests := []struct {
		name string
		edit func(*rule.Observation)
		want string // that is let pass
	}{
		{"nothing is critical", func(*rule.Observation) {}, ""},
		{"expired", func(o *rule.Observation) { o.Expires = now }, "expiry"},
		{"used up", func(o *rule.Observation) { o.Ratio = card.ParseRatio("100%") }, "usage"},
		{"quota stop", func(o *rule.Observation) { o.Status, o.OsStatus = "35", "300" }, "stopped"},
		{"credit stop", func(o *rule.Observation) { o.Status, o.OsStatus = "35", "400" }, "stopped"},
		{"user stop", func(o *rule.Observation) { o.Status, o.OsStatus = "35", "200" }, ""},
	}
	for _, tt := range tests {
		o := bad()
		tt.edit(&o)
		by := suppressed(always, o, now)
		var passed []string
		for _, e := range always.Evaluate(o, now) {
			if by[e.Key.Rule] == "" {
				passed = append(passed, e.Key.Rule)
			}
		}
		if got := strings.Join(passed, " "); got != tt.want {
			t.Errorf("%s: passed are %q, want %q", tt.name, got, tt.want)
		}
	}
	always.Silences = []rule.Silence{{Rule: rule.ExpiryName, Until: now.Add(day)}}
	expired := bad()
	expired.Expires = now
	if got := suppressed(always, expired, now)[rule.ExpiryName]; got != "silence" {
		t.Errorf("a silenced critical evaluation is suppressed by %q, want the silence", got)
	}
}

func TestFleetSuppression(t *testing.T) {
	t.Parallel()
	late := rule.FleetObservation{LastFinished: now.Add(-day), Every: time.Hour}
	failing := rule.FleetObservation{FailedRuns: 3, Every: time.Hour}
	muted := []rule.MuteTime{{To: 24 * 60}}
	silence := func(s rule.Silence) []rule.Silence { s.Until = now.Add(1); return []rule.Silence{s} }
	tests := []struct {
		name   string
		policy rule.Policy
		o      rule.FleetObservation
		want   incident.Suppressor
	}{
		{"nothing", policy, late, ""},
		{"muted", rule.Policy{MuteTimes: muted}, late, incident.ByMuteTime},
		{"critical", rule.Policy{MuteTimes: muted}, failing, ""},
		{"silence of the rule", rule.Policy{Silences: silence(rule.Silence{Rule: rule.SweepName})}, failing, incident.BySilence},
		{"silence of all cards", rule.Policy{Silences: silence(rule.Silence{})}, failing, ""},
		{"silence of some", rule.Policy{Silences: silence(rule.Silence{
			Rule: rule.SweepName, Match: rule.Match{ICCID: "*"},
		})}, failing, ""},
	}
	for _, tt := range tests {
		e := fleetEvaluated(tt.policy, tt.o, rule.SweepName)
		if e.Status != incident.Breached || e.Suppressed.By != tt.want {
			t.Errorf("%s: %s, suppressed by %q; want breached, %q", tt.name, e.Status, e.Suppressed.By, tt.want)
		}
	}
}
