package rule_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

var (
	now        = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	thresholds = rule.NewThresholds([]int{100, 80, 90}, []int{1, 30, 7, 14, 3})
)

func judged(t *testing.T, r rule.Reading, name string) (level int, reason string) {
	t.Helper()
	for _, v := range thresholds.Judge(r, now) {
		if v.Rule == name {
			return v.Level, v.Reason
		}
	}
	return -1, "unknown"
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	tests := []struct {
		left   time.Duration
		level  int
		reason string
	}{
		{31 * day, 0, rule.Clear},
		{30*day + time.Second, 0, rule.Clear},
		{30 * day, 1, rule.ExpiresSoon},
		{14*day + 1, 1, rule.ExpiresSoon},
		{14 * day, 2, rule.ExpiresSoon},
		{5 * day, 3, rule.ExpiresSoon},
		{day, 5, rule.ExpiresSoon},
		{time.Nanosecond, 5, rule.ExpiresSoon},
		{0, 6, rule.Expired},
		{-100 * day, 6, rule.Expired},
	}
	for _, tt := range tests {
		level, reason := judged(t, rule.Reading{Expires: now.Add(tt.left)}, rule.Expiry)
		if level != tt.level || reason != tt.reason {
			t.Errorf("expiry in %v = level %d %s, want %d %s", tt.left, level, reason, tt.level, tt.reason)
		}
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		ratio  string
		level  int
		reason string
	}{
		{"0%", 0, rule.Clear},
		{"79.99%", 0, rule.Clear},
		{"80%", 1, rule.HighUsage},
		{"90%", 2, rule.HighUsage},
		{"99.9%", 2, rule.HighUsage},
		{"100%", 3, rule.UsedUp},
		{"250%", 3, rule.UsedUp},
		{"-", -1, "unknown"},
	}
	for _, tt := range tests {
		level, reason := judged(t, rule.Reading{Ratio: card.ParseRatio(tt.ratio)}, rule.Usage)
		if level != tt.level || reason != tt.reason {
			t.Errorf("usage of %s = level %d %s, want %d %s", tt.ratio, level, reason, tt.level, tt.reason)
		}
	}
}

func TestMayFire(t *testing.T) {
	t.Parallel()
	far, low := now.AddDate(1, 0, 0), card.ParseRatio("10%")
	tests := []struct {
		name    string
		reading rule.Reading
		want    bool
	}{
		{"healthy", rule.Reading{Expires: far, Ratio: low}, false},
		{"expires soon", rule.Reading{Expires: now, Ratio: low}, true},
		{"used up", rule.Reading{Expires: far, Ratio: card.ParseRatio("100%")}, true},
		{"usage unknown", rule.Reading{Expires: far}, true},
		{"expiry unknown", rule.Reading{Ratio: low}, true},
	}
	for _, tt := range tests {
		if got := thresholds.MayFire(tt.reading, now); got != tt.want {
			t.Errorf("%s: MayFire = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestVerdictTellsItsFacts(t *testing.T) {
	t.Parallel()
	reading := rule.Reading{
		ICCID:   "89860321000000015668",
		Package: "移动-单卡通用流量-月包-30M",
		Expires: time.Date(2026, 12, 1, 7, 59, 59, 0, time.FixedZone("CST", 8*60*60)),
		Used:    card.ParseDataSize("27.60MB"),
		Ratio:   card.ParseRatio("92%"),
	}
	got := thresholds.Judge(reading, now)[1]
	want := incident.Verdict{
		Key:      incident.Key{Subject: "89860321000000015668", Rule: rule.Usage},
		Instance: "2026-11-30T23:59:59Z",
		Level:    2,
		Reason:   rule.HighUsage,
		Facts: map[string]string{
			rule.FactPackage: "移动-单卡通用流量-月包-30M", rule.FactExpires: "2026-12-01T07:59:59+08:00",
			rule.FactUsed: "27.60MB", rule.FactRatio: "92%",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verdict (-want +got):\n%s", diff)
	}
}

func TestCardGoneClearsEveryRule(t *testing.T) {
	t.Parallel()
	for i, v := range rule.CardGone("89860321000000015668") {
		if v.Rule != rule.Names[i] || v.Level != 0 || v.Reason != rule.Gone {
			t.Errorf("CardGone()[%d] = %+v, want %s cleared as gone", i, v, rule.Names[i])
		}
	}
}

func TestZeroThresholdsNeverFire(t *testing.T) {
	t.Parallel()
	for _, v := range (rule.Thresholds{}).Judge(rule.Reading{Expires: now, Ratio: card.ParseRatio("200%")}, now) {
		if v.Level != 0 {
			t.Errorf("without thresholds %s is at level %d, want 0", v.Rule, v.Level)
		}
	}
}
