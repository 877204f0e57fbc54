package rule_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/forecast"
	"signalbox/shared/incident"
)

const day = 24 * time.Hour

var (
	now      = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	settings = rule.NewSettings([]int{100, 80, 90}, []int{1, 30, 7, 14, 3})
	policy   = rule.Policy{Default: settings}
)

// found is what a verdict says, without what it says it of.
type found struct {
	level    int
	reason   string
	hold     bool
	breaches int
}

var unknown = found{level: -1}

func judged(p rule.Policy, r rule.Reading, name string) found {
	for _, v := range p.Judge(r, now) {
		if v.Rule == name {
			return found{v.Level, v.Reason, v.Hold, v.Breaches}
		}
	}
	return unknown
}

func TestExpiry(t *testing.T) {
	t.Parallel()
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
		got := judged(policy, rule.Reading{Expires: now.Add(tt.left)}, rule.Expiry)
		if want := (found{level: tt.level, reason: tt.reason}); got != want {
			t.Errorf("expiry in %v = %+v, want %+v", tt.left, got, want)
		}
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		ratio string
		want  found
	}{
		{"0%", found{reason: rule.Clear}},
		{"76%", found{reason: rule.Clear}},
		{"76.01%", found{reason: rule.Near, hold: true}},
		{"79.99%", found{reason: rule.Near, hold: true}},
		{"80%", found{level: 1, reason: rule.HighUsage}},
		{"90%", found{level: 2, reason: rule.HighUsage}},
		{"99.9%", found{level: 2, reason: rule.HighUsage}},
		{"100%", found{level: 3, reason: rule.UsedUp}},
		{"250%", found{level: 3, reason: rule.UsedUp}},
		{"-", unknown},
	}
	for _, tt := range tests {
		if got := judged(policy, rule.Reading{Ratio: card.ParseRatio(tt.ratio)}, rule.Usage); got != tt.want {
			t.Errorf("usage of %s = %+v, want %+v", tt.ratio, got, tt.want)
		}
	}
}

func TestStopped(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status, cause string
		want          found
	}{
		{"", "300", unknown},
		{"10", "", found{reason: rule.Clear}},
		{"20", "", found{reason: rule.Clear}},
		{"30", "300", found{reason: rule.Clear}},
		{"35", "", found{level: 1, reason: rule.OtherStop}},
		{"35", "200", found{level: 1, reason: rule.UserStop}},
		{"35", "300", found{level: 2, reason: rule.QuotaStop}},
		{"35", "400", found{level: 2, reason: rule.CreditStop}},
		{"35", "500", found{level: 1, reason: rule.RebindStop}},
		{"35", "600", found{level: 1, reason: rule.RealNameStop}},
		{"35", "700", found{level: 1, reason: rule.AbnormalStop}},
		{"35", "40", found{level: 1, reason: rule.OtherStop}},
		{"40", "40", found{level: 1, reason: rule.Suspended}},
		{"40", "400", found{level: 2, reason: rule.CreditStop}},
		{"50", "300", found{reason: rule.Gone}},
	}
	for _, tt := range tests {
		if got := judged(policy, rule.Reading{Status: tt.status, OsStatus: tt.cause}, rule.Stopped); got != tt.want {
			t.Errorf("status %q, %q = %+v, want %+v", tt.status, tt.cause, got, tt.want)
		}
	}
}

func TestStale(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status string
		age    time.Duration
		want   found
	}{
		{"30", 48 * time.Hour, found{reason: rule.Clear}},
		{"30", 48*time.Hour + 1, found{level: 1, reason: rule.NotCounted}},
		{"30", -time.Hour, found{reason: rule.Clear}},
		{"20", 1000 * day, found{reason: rule.Clear}},
		{"35", 1000 * day, found{reason: rule.Clear}},
		{"", 1000 * day, unknown},
	}
	for _, tt := range tests {
		got := judged(policy, rule.Reading{Status: tt.status, Refreshed: now.Add(-tt.age)}, rule.Stale)
		if got != tt.want {
			t.Errorf("status %q, counted %v ago = %+v, want %+v", tt.status, tt.age, got, tt.want)
		}
	}
	if got := judged(policy, rule.Reading{Status: "30"}, rule.Stale); got != unknown {
		t.Errorf("never counted = %+v, want %+v", got, unknown)
	}
}

func TestForecast(t *testing.T) {
	t.Parallel()
	tests := []struct {
		probability float64
		known       bool
		want        found
	}{
		{1, true, found{level: 1, reason: rule.WillRunOut, breaches: 2}},
		{0.8, true, found{level: 1, reason: rule.WillRunOut, breaches: 2}},
		{0.7999, true, found{reason: rule.Near, hold: true}},
		{0.5, true, found{reason: rule.Near, hold: true}},
		{0.4999, true, found{reason: rule.Clear}},
		{0, true, found{reason: rule.Clear}},
		{1, false, unknown},
	}
	for _, tt := range tests {
		reading := rule.Reading{Forecast: forecast.Forecast{Known: tt.known, Probability: tt.probability}}
		if got := judged(policy, reading, rule.Forecast); got != tt.want {
			t.Errorf("probability %v, known %v = %+v, want %+v", tt.probability, tt.known, got, tt.want)
		}
	}
}

func TestVerdictTellsItsFacts(t *testing.T) {
	t.Parallel()
	china := time.FixedZone("CST", 8*60*60)
	reading := rule.Reading{
		ICCID:     "89860321000000015668",
		Package:   "移动-单卡通用流量-月包-30M",
		Expires:   time.Date(2026, 12, 31, 23, 59, 59, 0, china),
		Used:      card.ParseDataSize("27.60MB"),
		Ratio:     card.ParseRatio("92%"),
		Pool:      "P1",
		Status:    "30",
		Refreshed: time.Date(2026, 11, 22, 8, 0, 0, 0, china),
		Renews:    time.Date(2026, 12, 1, 0, 0, 0, 0, china),
		Forecast: forecast.Forecast{
			Known: true, Probability: 0.897,
			Expected: card.Day{Year: 2026, Month: 11, Day: 28}, Earliest: card.Day{Year: 2026, Month: 11, Day: 25},
		},
	}
	facts := map[string]string{
		rule.FactPackage: "移动-单卡通用流量-月包-30M", rule.FactExpires: "2026-12-31T23:59:59+08:00",
		rule.FactUsed: "27.60MB", rule.FactRatio: "92%", rule.FactPool: "P1",
		rule.FactRefreshed: "2026-11-22T08:00:00+08:00", rule.FactRenews: "2026-12-01T00:00:00+08:00",
		rule.FactExpected: "2026-11-28", rule.FactEarliest: "2026-11-25", rule.FactProbability: "89%",
	}
	want := []incident.Verdict{
		{Instance: "2026-12-31T15:59:59Z", Reason: rule.Clear},
		{Instance: "2026-12-31T15:59:59Z", Level: 2, Reason: rule.HighUsage},
		{Reason: rule.Clear},
		{Reason: rule.Clear},
		{Instance: "2026-11-30T16:00:00Z", Level: 1, Breaches: 2, Seen: now.Format(time.DateOnly), Reason: rule.WillRunOut},
	}
	for i := range want {
		want[i].Key = incident.Key{Subject: "89860321000000015668", Rule: rule.Names[i]}
		want[i].Facts = facts
	}
	if diff := cmp.Diff(want, policy.Judge(reading, now)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}
