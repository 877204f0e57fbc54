package rule_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones below, wherever the tests run

	"signalbox/functions/alerts/rule"
)

type muteTest struct {
	name string
	at   string // RFC 3339
	want bool
}

// checkMute evaluates a card that expires soon at each time.
func checkMute(t *testing.T, m rule.MuteTime, tests []muteTest) {
	t.Helper()
	p := rule.Policy{Default: settings, MuteTimes: []rule.MuteTime{{}, m}}
	for _, tt := range tests {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		got := suppressed(p, rule.Observation{Subject: aCard, Expires: at.Add(day)}, at)["expiry"] == "mute time"
		if got != tt.want {
			t.Errorf("%s: muted at %s = %v, want %v", tt.name, tt.at, got, tt.want)
		}
	}
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestMuteOverMidnight(t *testing.T) {
	t.Parallel()
	checkMute(t, rule.MuteTime{From: 22 * 60, To: 7 * 60, Zone: berlin(t)}, []muteTest{
		{"before the night", "2026-11-22T21:59:59+01:00", false},
		{"from the first moment", "2026-11-22T22:00:00+01:00", true},
		{"midnight", "2026-11-23T00:00:00+01:00", true},
		{"to the last", "2026-11-23T06:59:59+01:00", true},
		{"and no longer", "2026-11-23T07:00:00+01:00", false},
		{"in summer the zone is another", "2026-07-01T05:00:00Z", false},
		{"in winter it is this", "2026-12-01T05:00:00Z", true},
		{"the short night ends on the clock", "2026-03-29T04:59:59Z", true},
		{"and not on the hour count", "2026-03-29T05:00:00Z", false},
	})
}

func TestMuteOnDays(t *testing.T) {
	t.Parallel()
	friday := rule.MuteTime{From: 22 * 60, To: 7 * 60, Zone: berlin(t), Days: []time.Weekday{time.Friday}}
	checkMute(t, friday, []muteTest{
		{"thursday night", "2026-11-19T23:00:00+01:00", false},
		{"friday morning is thursday's night", "2026-11-20T06:00:00+01:00", false},
		{"friday night", "2026-11-20T23:00:00+01:00", true},
		{"saturday morning is friday's night", "2026-11-21T06:59:00+01:00", true},
		{"saturday night", "2026-11-21T22:00:00+01:00", false},
	})
	china := time.FixedZone("", 8*60*60)
	checkMute(t, rule.MuteTime{To: 24 * 60, Zone: china, Days: []time.Weekday{time.Saturday, time.Sunday}}, []muteTest{
		{"friday in china", "2026-11-20T15:59:59Z", false},
		{"saturday in china", "2026-11-20T16:00:00Z", true},
		{"sunday's last minute", "2026-11-22T15:59:59Z", true},
		{"monday in china", "2026-11-22T16:00:00Z", false},
	})
}

func TestMuteWhenClocksChange(t *testing.T) {
	t.Parallel()
	checkMute(t, rule.MuteTime{From: 2 * 60, To: 3 * 60, Zone: berlin(t)}, []muteTest{
		{"before the hour that is left out", "2026-03-29T00:59:59Z", false},
		{"after it", "2026-03-29T01:00:00Z", false},
		{"the hour that is repeated", "2026-10-25T00:30:00Z", true},
		{"again", "2026-10-25T01:30:00Z", true},
		{"over", "2026-10-25T02:00:00Z", false},
	})
}

func TestZeroMuteTime(t *testing.T) {
	t.Parallel()
	checkMute(t, rule.MuteTime{From: 60, To: 120}, []muteTest{{"utc by itself", "2026-11-22T09:30:00+08:00", true}})
	checkMute(t, rule.MuteTime{}, []muteTest{{"never", "2026-11-22T00:00:00Z", false}})
}
