package rule_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/forecast"
	"signalbox/shared/incident"
)

func TestNamesAreUnique(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, name := range rule.Names() {
		if seen[name] || name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-") != "" {
			t.Errorf("rule %q is there already, or no word in lower case", name)
		}
		seen[name] = true
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	base := rule.Defaults()
	changed := base.With(rule.Stale{After: time.Hour}, rule.Inactive{Days: 3})
	if diff := cmp.Diff(rule.Defaults(), base); diff != "" {
		t.Errorf("With changes its receiver:\n%s", diff)
	}
	if got := rule.Of[rule.Stale](changed); got.After != time.Hour {
		t.Errorf("Of[Stale] = %+v, want 1h", got)
	}
	if got := rule.Of[rule.Expiry](changed); got.Days != nil {
		t.Errorf("Of[Expiry] of settings without = %+v, want the zero value", got)
	}
	if len(changed) != len(base)+1 {
		t.Errorf("With gives %d rules, want %d", len(changed), len(base)+1)
	}
}

func TestFirstMatchWins(t *testing.T) {
	t.Parallel()
	at := func(percent int) rule.Settings { return rule.Settings{rule.Usage{Percent: []int{percent}}} }
	p := rule.Policy{
		Default: at(10),
		Overrides: []rule.Override{
			{Match: rule.Match{Tag: "车队-*", Package: "移动-*"}, Settings: at(20)},
			{Match: rule.Match{Tag: "车队-?东"}, Settings: at(30)},
			{Match: rule.Match{ICCID: "8986[0-3]*"}, Settings: at(40)},
			{Match: rule.Match{Package: "[bad"}, Settings: at(50)},
			{Match: rule.Match{Package: "*-年包"}, Settings: at(60)},
			{Match: rule.Match{Package: "*"}, Settings: at(70)},
		},
	}
	other := incident.Subject{Kind: incident.Card, ID: "89864321000000015668"}
	tests := []struct {
		name string
		o    rule.Observation
		want float64
	}{
		{"tag and package", rule.Observation{Subject: other, Tags: []string{"a", "车队-华东"}, Package: "移动-月包"}, 20},
		{"one of two is not enough", rule.Observation{Subject: other, Tags: []string{"车队-华东"}, Package: "联通-月包"}, 30},
		{"package alone is not enough", rule.Observation{Subject: other, Package: "移动-年包"}, 60},
		{"iccid", rule.Observation{Subject: aCard, Package: "x"}, 40},
		{"other iccid", rule.Observation{Subject: other, Package: "x"}, 70},
		{"bad pattern", rule.Observation{Subject: other, Package: "[bad"}, 70},
		{"star stops at a slash", rule.Observation{Subject: other, Package: "a/b-年包"}, 10},
	}
	for _, tt := range tests {
		tt.o.Ratio = card.ParseRatio("99%")
		checkFound(t, tt.name, evaluated(p, tt.o, rule.UsageName), warning(tt.want))
	}
}

// random is a card that any rule may be breached of.
func random(r *rand.Rand) rule.Observation {
	o := rule.Observation{Subject: aCard}
	if r.IntN(2) == 0 {
		o.Expires = now.Add(time.Duration(r.IntN(100)-50) * day)
	}
	if r.IntN(2) == 0 {
		o.Used = card.Bytes(r.Int64N(100))
		o.Ratio = card.RatioOf(o.Used, card.Bytes(1))
	}
	if r.IntN(2) == 0 {
		o.Status = []string{"10", "20", "30", "35", "40"}[r.IntN(5)]
		o.OsStatus = []string{"", "200", "300", "400", "?"}[r.IntN(5)]
	}
	if r.IntN(2) == 0 {
		o.Refreshed = now.Add(-time.Duration(r.IntN(100)) * time.Hour)
	}
	o.Forecast = forecast.Forecast{Known: r.IntN(2) == 0, Probability: r.Float64()}
	o.PeriodStart, o.Renews = now.Add(-time.Duration(r.IntN(30))*day), now.Add(10*day)
	return o
}

// A rule that is switched off says so, of whatever card.
func TestZeroPolicyIsOff(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		o := random(r)
		evaluations := rule.Policy{}.Evaluate(o, now)
		checkEveryRule(t, evaluations)
		for _, e := range evaluations {
			if e.Key.Rule != rule.UnreadableName && foundOf(e) != off {
				t.Fatalf("zero policy on %+v: %s = %+v, want off", o, e.Key.Rule, foundOf(e))
			}
		}
		if (rule.Policy{}).NeedsLookup(o, now) {
			t.Fatalf("zero policy needs a lookup of %+v", o)
		}
	}
}

// A rule that is not switched off never says so, and none comes out of order.
func TestRulesInOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		o, last := random(r), -1
		for _, e := range policy.Evaluate(o, now) {
			at := slices.Index(rule.Names(), e.Key.Rule)
			on := slices.ContainsFunc(settings, func(r rule.Rule) bool { return r.Name() == e.Key.Rule })
			if at <= last || on && e.Status == incident.Off {
				t.Fatalf("policy on %+v: %s = %s, want its status in the order of the rules", o, e.Key.Rule, e.Status)
			}
			last = at
		}
	}
}

// checkEveryRule wants an evaluation by each rule about cards.
func checkEveryRule(t *testing.T, evaluations []rule.Evaluation) {
	t.Helper()
	var got []string
	for _, e := range evaluations {
		got = append(got, e.Key.Rule)
	}
	all, _, _ := strings.Cut(strings.Join(rule.Names(), " "), " "+rule.SweepName)
	checkStrings(t, "evaluated rules", got, strings.Fields(all))
}

func TestAbsentOfEveryRule(t *testing.T) {
	t.Parallel()
	missing := bad()
	missing.Missing, missing.Sweep = true, "s7"
	destroyed := bad()
	destroyed.Status = "50"
	tests := []struct {
		name   string
		policy rule.Policy
		o      rule.Observation
		want   rule.Evaluation
	}{
		{"missing", policy, missing, rule.Evaluation{Status: incident.Absent, For: 2, Seen: "s7"}},
		{"missing, rules off", rule.Policy{}, missing, rule.Evaluation{Status: incident.Absent, For: 2, Seen: "s7"}},
		{"destroyed", policy, destroyed, rule.Evaluation{Status: incident.Absent}},
	}
	for _, tt := range tests {
		got := tt.policy.Evaluate(tt.o, now)
		checkEveryRule(t, got)
		want := make([]rule.Evaluation, len(got))
		for i := range want {
			want[i] = tt.want
			want[i].Key = incident.Key{Subject: aCard, Rule: rule.Names()[i]}
			want[i].Details.Facts = rule.Facts{
				Tags: tt.o.Tags, Package: tt.o.Package, Expires: tt.o.Expires, Ratio: tt.o.Ratio, Refreshed: tt.o.Refreshed,
			}
		}
		if diff := cmp.Diff(want, got, asText); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if tt.policy.NeedsLookup(tt.o, now) {
			t.Errorf("%s: NeedsLookup = true, want false", tt.name)
		}
	}
}

// Where it takes the package to choose the rules and nobody names it, a rule says
// what is true in any case, and what is wrong in one.
func TestPackageUnknown(t *testing.T) {
	t.Parallel()
	byPackage := rule.Match{Package: "年包"}
	at := func(percent ...int) rule.Settings { return rule.Settings{rule.Usage{Percent: percent}} }
	tests := []struct {
		name         string
		named, other rule.Settings
		want         found
	}{
		{"breached by both", at(80), at(50), warning(50)},
		{"breached by one", at(95), at(50), warning(50)},
		{"breached by the other", at(50), at(95), warning(50)},
		{"off by one", at(), at(50), warning(50)},
		{"off by the other", at(50), at(), warning(50)},
		{"clear by both", at(95), at(98), allClear},
		{"hysteresis by one", at(75), at(95), nothing},
		{"off by both", at(), at(), off},
		{"clear, or off", at(95), at(), allClear},
		{"off, or clear", at(), at(95), allClear},
	}
	for _, tt := range tests {
		p := rule.Policy{Default: tt.other, Overrides: []rule.Override{{Match: byPackage, Settings: tt.named}}}
		ratio := card.ParseRatio("72%")
		if tt.want.status == incident.Breached {
			ratio = card.ParseRatio("85%")
		}
		o := rule.Observation{Subject: aCard, Lookup: rule.LookupFailed, Ratio: ratio}
		checkFound(t, tt.name, evaluated(p, o, rule.UsageName), tt.want)
	}
}

// What tags decide, and nobody can read, never hides what is wrong.
func TestTagsUnknown(t *testing.T) {
	t.Parallel()
	usage := func(percent ...int) rule.Settings { return rule.Settings{rule.Usage{Percent: percent}} }
	byTag := func(s rule.Settings) []rule.Override {
		return []rule.Override{{Match: rule.Match{Tag: "vip"}, Settings: s}}
	}
	tests := []struct {
		name      string
		policy    rule.Policy
		ratio     string
		packageIs string
		want      found
	}{
		{"breached by the tag's rule", rule.Policy{Default: usage(80), Overrides: byTag(usage(50))}, "60%", "", warning(50)},
		{"off by the tag's rule", rule.Policy{Default: usage(80), Overrides: byTag(usage())}, "85%", "", warning(80)},
		{"clear by both", rule.Policy{Default: usage(80), Overrides: byTag(usage(50))}, "10%", "", allClear},
		{"clear and hysteresis", rule.Policy{Default: usage(80), Overrides: byTag(usage(62))}, "60%", "", nothing},
		{"hysteresis, clear and breached", rule.Policy{Default: usage(50), Overrides: append(byTag(usage(62)), byTag(usage(90))...)}, "60%", "", warning(50)},
		{"a tag that could be read", rule.Policy{Default: usage(50), Overrides: []rule.Override{{Match: rule.Match{Tag: "read"}, Settings: usage(80)}}}, "60%", "", allClear},
		{"the package says no", rule.Policy{Default: usage(80), Overrides: []rule.Override{
			{Match: rule.Match{Tag: "vip", Package: "年包"}, Settings: usage(50)},
		}}, "60%", "月包", allClear},
	}
	for _, tt := range tests {
		o := rule.Observation{Subject: aCard, Tags: []string{"read"}, TagsUnknown: true, Package: tt.packageIs, Ratio: card.ParseRatio(tt.ratio)}
		checkFound(t, tt.name, evaluated(tt.policy, o, rule.UsageName), tt.want)
	}
}

// A pool has no package: rules for one are not its own.
func TestPoolHasNoPackage(t *testing.T) {
	t.Parallel()
	p := rule.Policy{Default: settings, Overrides: []rule.Override{{Match: rule.Match{Package: "年包"}, Settings: rule.Settings{rule.Usage{Percent: []int{5}}}}}}
	o := rule.Observation{Subject: aPool, Ratio: card.ParseRatio("20%")}
	checkFound(t, "usage", evaluated(p, o, rule.UsageName), allClear)
}

func TestGoesByTag(t *testing.T) {
	t.Parallel()
	tagged := rule.Match{Tag: "vip"}
	for name, tt := range map[string]struct {
		policy rule.Policy
		want   bool
	}{
		"nothing": {rule.Policy{Overrides: []rule.Override{{Match: rule.Match{Package: "x"}}}, Silences: []rule.Silence{{}}}, false},
		"rule":    {rule.Policy{Overrides: []rule.Override{{}, {Match: tagged}}}, true},
		"silence": {rule.Policy{Silences: []rule.Silence{{Match: tagged}}}, true},
	} {
		if got := tt.policy.GoesByTag(); got != tt.want {
			t.Errorf("%s: GoesByTag = %v, want %v", name, got, tt.want)
		}
	}
}
