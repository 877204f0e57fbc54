package rule_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/forecast"
	"signalbox/shared/incident"
)

func TestFirstMatchWins(t *testing.T) {
	t.Parallel()
	at := func(percent int) rule.Settings { return rule.Settings{UsagePercent: []int{percent}} }
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
	tests := []struct {
		name    string
		reading rule.Reading
		want    int
	}{
		{"tag and package", rule.Reading{Tags: []string{"a", "车队-华东"}, Package: "移动-月包"}, 20},
		{"one of two is not enough", rule.Reading{Tags: []string{"车队-华东"}, Package: "联通-月包"}, 30},
		{"package alone is not enough", rule.Reading{Package: "移动-年包"}, 60},
		{"iccid", rule.Reading{ICCID: "89860321000000015668"}, 40},
		{"other iccid", rule.Reading{ICCID: "89864321000000015668"}, 70},
		{"bad pattern", rule.Reading{Package: "[bad"}, 70},
		{"star stops at a slash", rule.Reading{Package: "a/b-年包"}, 10},
	}
	for _, tt := range tests {
		for percent := 10; percent <= 70; percent += 10 {
			// Just below the threshold is the first that does not fire.
			tt.reading.Ratio = card.RatioOf(card.Bytes(int64(percent)), card.Bytes(int64(100-percent)))
			got := judged(p, tt.reading, rule.Usage).level
			if want := min(percent/tt.want, 1); got != want {
				t.Errorf("%s: level at %d %% = %d, want %d", tt.name, percent, got, want)
			}
		}
	}
}

// worst fires every rule that can fire together.
func worst(r *rand.Rand) rule.Reading {
	reading := rule.Reading{ICCID: "89860321000000015668"}
	if r.IntN(2) == 0 {
		reading.Expires = now.Add(time.Duration(r.IntN(100)-50) * day)
	}
	if r.IntN(2) == 0 {
		reading.Ratio = card.RatioOf(card.Bytes(r.Int64N(100)), card.Bytes(1))
	}
	if r.IntN(2) == 0 {
		reading.Status = []string{"10", "20", "30", "35", "40"}[r.IntN(5)]
		reading.OsStatus = []string{"", "200", "300", "400", "?"}[r.IntN(5)]
	}
	if r.IntN(2) == 0 {
		reading.Refreshed = now.Add(-time.Duration(r.IntN(100)) * time.Hour)
	}
	reading.Forecast = forecast.Forecast{Known: r.IntN(2) == 0, Probability: r.Float64()}
	reading.PeriodStart, reading.Renews = now.Add(-time.Duration(r.IntN(30))*day), now.Add(10*day)
	return reading
}

// told are the rules that r tells enough for.
func told(r rule.Reading) []string {
	var names []string
	for name, tells := range map[string]bool{
		rule.Expiry:   !r.Expires.IsZero(),
		rule.Usage:    r.Ratio.Known(),
		rule.Stopped:  r.Status != "",
		rule.Stale:    r.Status != "" && !r.Refreshed.IsZero(),
		rule.Forecast: r.Forecast.Known,
	} {
		if tells {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestJudgesJustWhatIsTold(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		reading := worst(r)
		for name, p := range map[string]rule.Policy{"policy": policy, "zero policy": {}} {
			var got []string
			for _, v := range p.Judge(reading, now) {
				got = append(got, v.Rule)
			}
			slices.Sort(got)
			if diff := cmp.Diff(told(reading), got); diff != "" {
				t.Fatalf("%s: rules judged of %+v (-want +got):\n%s", name, reading, diff)
			}
		}
	}
}

func TestZeroPolicyNeverFires(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		reading := worst(r)
		for _, v := range (rule.Policy{}).Judge(reading, now) {
			if v.Level != 0 || v.Hold || v.Reason != rule.Off {
				t.Fatalf("zero policy on %+v: %s = level %d, hold %v, %s, want off", reading, v.Rule, v.Level, v.Hold, v.Reason)
			}
		}
		if (rule.Policy{}).MayFire(reading, now) {
			t.Fatalf("zero policy wants a closer look at %+v", reading)
		}
	}
}

func TestGoneClearsEveryRule(t *testing.T) {
	t.Parallel()
	destroyed := rule.Reading{
		ICCID: "89860321000000015668", Status: "50", Expires: now, Ratio: card.ParseRatio("100%"),
	}
	for name, got := range map[string][]incident.Verdict{
		"CardGone":    rule.CardGone(destroyed.ICCID),
		"Judge":       policy.Judge(destroyed, now),
		"JudgeListed": policy.JudgeListed(destroyed, now),
	} {
		want := make([]incident.Verdict, len(rule.Names))
		for i, of := range rule.Names {
			want[i] = incident.Verdict{Key: incident.Key{Subject: "89860321000000015668", Rule: of}, Reason: rule.Gone}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s of a destroyed card (-want +got):\n%s", name, diff)
		}
	}
	if policy.MayFire(destroyed, now) {
		t.Error("a destroyed card needs a closer look, want none")
	}
}
