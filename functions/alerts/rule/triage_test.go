package rule_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
)

func TestMayFire(t *testing.T) {
	t.Parallel()
	far, low := now.AddDate(1, 0, 0), card.ParseRatio("10%")
	old := now.Add(-100 * day)
	tests := []struct {
		name    string
		reading rule.Reading
		want    bool
	}{
		{"healthy", rule.Reading{Expires: far, Ratio: low}, false},
		{"expires soon", rule.Reading{Expires: now, Ratio: low}, true},
		{"used up", rule.Reading{Expires: far, Ratio: card.ParseRatio("100%")}, true},
		{"nearly high", rule.Reading{Expires: far, Ratio: card.ParseRatio("79%")}, false},
		{"usage unknown", rule.Reading{Expires: far}, true},
		{"expiry unknown", rule.Reading{Ratio: low}, true},
		{"stopped", rule.Reading{Expires: far, Ratio: low, Status: "35", OsStatus: "300"}, false},
		{"stale", rule.Reading{Expires: far, Ratio: low, Status: "30", Refreshed: old}, false},
	}
	for _, tt := range tests {
		if got := policy.MayFire(tt.reading, now); got != tt.want {
			t.Errorf("%s: MayFire = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestMayFireAheadOfItsPeriod(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		ratio         string
		elapsed, left time.Duration
		want          bool
	}{
		{"well ahead", "60%", 10 * day, 20 * day, true},
		{"just enough ahead", "50%", 40 * day, 60 * day, true},
		{"not enough ahead", "49.9%", 40 * day, 60 * day, false},
		{"too little used", "29.9%", 0, 30 * day, false},
		{"enough used", "30%", 0, 30 * day, true},
		{"period over", "70%", 30 * day, 0, false},
		{"period not begun", "70%", -1, 30 * day, false},
		{"end of the period unknown", "60%", day, -now.Sub(time.Time{}), false},
	}
	for _, tt := range tests {
		r := rule.Reading{Expires: now.AddDate(1, 0, 0), Ratio: card.ParseRatio(tt.ratio)}
		if policy.MayFire(r, now) {
			t.Fatalf("%s: MayFire without a period = true, want false", tt.name)
		}
		r.PeriodStart, r.Renews = now.Add(-tt.elapsed), now.Add(tt.left)
		if got := policy.MayFire(r, now); got != tt.want {
			t.Errorf("%s: MayFire = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestWhatIsOffNeedsNoCloserLook(t *testing.T) {
	t.Parallel()
	early := rule.Reading{PeriodStart: now.Add(-day), Renews: now.Add(29 * day), Ratio: card.ParseRatio("60%")}
	off := settings
	off.ExpiryDays, off.Fire = nil, 0
	if (rule.Policy{Default: off}).MayFire(early, now) {
		t.Error("MayFire without expiry and forecast = true, want false")
	}
	off.Fire = 0.8
	if !(rule.Policy{Default: off}).MayFire(early, now) {
		t.Error("MayFire without expiry = false, want true")
	}
}

// The listing does not name packages: where they matter, a card is looked at if
// any of the settings that it may have fires.
func TestPackagesTakeACloserLook(t *testing.T) {
	t.Parallel()
	strict, lax := settings, settings
	strict.UsagePercent, lax.Stopped = []int{50}, false
	byPackage := func(m rule.Match) rule.Policy {
		return rule.Policy{Default: lax, Overrides: []rule.Override{
			{Match: m, Settings: strict}, {Match: rule.Match{Tag: "车队"}, Settings: lax},
		}}
	}
	half := rule.Reading{Expires: now.AddDate(1, 0, 0), Ratio: card.ParseRatio("60%"), Status: "30"}
	halted := half
	halted.Ratio, halted.Status = card.ParseRatio("10%"), "35"
	named, tagged := half, half
	named.Package, tagged.Tags = "月包", []string{"车队"}
	silent := rule.Policy{Default: settings, Silences: []rule.Silence{{Match: rule.Match{Package: "x"}}}}
	tests := []struct {
		name     string
		policy   rule.Policy
		listed   rule.Reading
		mayFire  bool
		verdicts int // without a closer look
	}{
		{"may be strict", byPackage(rule.Match{Package: "年包"}), half, true, 0},
		{"may be strict by tag and package", byPackage(rule.Match{Tag: "车队", Package: "年包"}), tagged, true, 0},
		{"is not strict by tag", byPackage(rule.Match{Tag: "车队", Package: "年包"}), half, false, 1},
		{"is not strict by name", byPackage(rule.Match{Package: "年包"}), named, false, 1},
		{"may be stopped", byPackage(rule.Match{Package: "年包"}), halted, true, 0},
		{"may be silenced", silent, halted, true, 0},
		{"healthy", silent, func() rule.Reading { r := halted; r.Status = "30"; return r }(), false, 0},
	}
	for _, tt := range tests {
		mayFire, verdicts := tt.policy.MayFire(tt.listed, now), tt.policy.JudgeListed(tt.listed, now)
		if mayFire != tt.mayFire || len(verdicts) != tt.verdicts {
			t.Errorf("%s: MayFire = %v with %d listed verdicts, want %v with %d",
				tt.name, mayFire, len(verdicts), tt.mayFire, tt.verdicts)
		}
	}
}

func TestJudgeListed(t *testing.T) {
	t.Parallel()
	listed := rule.Reading{
		Expires: now, Ratio: card.ParseRatio("100%"), Status: "35", OsStatus: "300", Refreshed: now,
	}
	var got []string
	for _, v := range policy.JudgeListed(listed, now) {
		got = append(got, v.Rule+" "+v.Reason)
	}
	if diff := cmp.Diff([]string{"stopped quota-stop", "stale clear"}, got); diff != "" {
		t.Errorf("listed verdicts (-want +got):\n%s", diff)
	}
}
