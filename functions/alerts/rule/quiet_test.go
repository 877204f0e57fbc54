package rule_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones below, wherever the tests run

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/forecast"
)

// bad fires all rules but Stopped.
func bad() rule.Reading {
	return rule.Reading{
		ICCID: "89860321000000015668", Tags: []string{"车队-华东"}, Package: "月包",
		Expires: now.Add(day), Ratio: card.ParseRatio("95%"),
		Status: "30", Refreshed: now.Add(-10 * day),
		Forecast: forecast.Forecast{Known: true, Probability: 0.9},
	}
}

// quiet names the rules that are not told.
func quiet(p rule.Policy, r rule.Reading, at time.Time) string {
	var names []string
	for _, v := range p.Judge(r, at) {
		if v.Quiet {
			names = append(names, v.Rule)
		}
	}
	return strings.Join(names, " ")
}

func TestInhibition(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit func(*rule.Reading)
		want string
	}{
		{"nothing hides", func(*rule.Reading) {}, ""},
		{"expired", func(r *rule.Reading) { r.Expires = now }, "usage forecast"},
		{"used up", func(r *rule.Reading) { r.Ratio = card.ParseRatio("100%") }, "forecast"},
		{"stopped", func(r *rule.Reading) { r.Status = "35" }, "stale forecast"},
		{"suspended", func(r *rule.Reading) { r.Status = "40" }, "stale forecast"},
		{"expired and stopped", func(r *rule.Reading) { r.Expires, r.Status = now, "35" }, "usage stale forecast"},
	}
	for _, tt := range tests {
		reading := bad()
		tt.edit(&reading)
		if got := quiet(policy, reading, now); got != tt.want {
			t.Errorf("%s: quiet are %q, want %q", tt.name, got, tt.want)
		}
	}
	off := policy
	off.Default.Stopped = false
	halted := bad()
	halted.Status = "35"
	if got := quiet(off, halted, now); got != "" {
		t.Errorf("with the rule off, stopped hides %q, want nothing", got)
	}
}

func TestSilences(t *testing.T) {
	t.Parallel()
	const all = "expiry usage stopped stale forecast"
	tests := []struct {
		name    string
		silence rule.Silence
		want    string
	}{
		{"all", rule.Silence{Until: now.Add(1)}, all},
		{"over at its end", rule.Silence{Until: now}, ""},
		{"no end", rule.Silence{}, ""},
		{"one rule", rule.Silence{Until: now.Add(day), Rule: rule.Usage}, "usage"},
		{"tag", rule.Silence{Until: now.Add(day), Match: rule.Match{Tag: "*-华东"}}, all},
		{"other tag", rule.Silence{Until: now.Add(day), Match: rule.Match{Tag: "*-华南"}}, ""},
		{"other package", rule.Silence{Until: now.Add(day), Match: rule.Match{Tag: "*", Package: "年包"}}, ""},
		{"end in another zone", rule.Silence{Until: now.In(time.FixedZone("", -5*60*60)).Add(1)}, all},
	}
	for _, tt := range tests {
		p := rule.Policy{Default: settings, Silences: []rule.Silence{{Until: now.Add(-day)}, tt.silence}}
		if got := quiet(p, bad(), now); got != tt.want {
			t.Errorf("%s: quiet are %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestMuteLetsWhatCannotWaitPass(t *testing.T) {
	t.Parallel()
	always := rule.Policy{Default: settings, Mutes: []rule.Mute{{To: 24 * 60}}}
	tests := []struct {
		name string
		edit func(*rule.Reading)
		want string
	}{
		{"nothing is critical", func(*rule.Reading) {}, "expiry usage stopped stale forecast"},
		{"expired", func(r *rule.Reading) { r.Expires = now }, "usage stopped stale forecast"},
		{"used up", func(r *rule.Reading) { r.Ratio = card.ParseRatio("100%") }, "expiry stopped stale forecast"},
		{"quota stop", func(r *rule.Reading) { r.Status, r.OsStatus = "35", "300" }, "expiry usage stale forecast"},
		{"credit stop", func(r *rule.Reading) { r.Status, r.OsStatus = "35", "400" }, "expiry usage stale forecast"},
		{"user stop", func(r *rule.Reading) { r.Status, r.OsStatus = "35", "200" }, "expiry usage stopped stale forecast"},
	}
	for _, tt := range tests {
		reading := bad()
		tt.edit(&reading)
		if got := quiet(always, reading, now); got != tt.want {
			t.Errorf("%s: quiet are %q, want %q", tt.name, got, tt.want)
		}
	}
	always.Silences = []rule.Silence{{Rule: rule.Expiry, Until: now.Add(day)}}
	expired := bad()
	expired.Expires = now
	if got, want := quiet(always, expired, now), "expiry usage stopped stale forecast"; got != want {
		t.Errorf("silenced: quiet are %q, want %q", got, want)
	}
}

type muteTest struct {
	name string
	at   string // RFC 3339
	want bool
}

// checkMute judges a card that expires soon at each time.
func checkMute(t *testing.T, m rule.Mute, tests []muteTest) {
	t.Helper()
	p := rule.Policy{Default: settings, Mutes: []rule.Mute{{}, m}}
	for _, tt := range tests {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := quiet(p, rule.Reading{Expires: at.Add(day)}, at) == rule.Expiry; got != tt.want {
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
	checkMute(t, rule.Mute{From: 22 * 60, To: 7 * 60, Zone: berlin(t)}, []muteTest{
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
	friday := rule.Mute{From: 22 * 60, To: 7 * 60, Zone: berlin(t), Days: []time.Weekday{time.Friday}}
	checkMute(t, friday, []muteTest{
		{"thursday night", "2026-11-19T23:00:00+01:00", false},
		{"friday morning is thursday's night", "2026-11-20T06:00:00+01:00", false},
		{"friday night", "2026-11-20T23:00:00+01:00", true},
		{"saturday morning is friday's night", "2026-11-21T06:59:00+01:00", true},
		{"saturday night", "2026-11-21T22:00:00+01:00", false},
	})
	china := time.FixedZone("", 8*60*60)
	checkMute(t, rule.Mute{To: 24 * 60, Zone: china, Days: []time.Weekday{time.Saturday, time.Sunday}}, []muteTest{
		{"friday in china", "2026-11-20T15:59:59Z", false},
		{"saturday in china", "2026-11-20T16:00:00Z", true},
		{"sunday's last minute", "2026-11-22T15:59:59Z", true},
		{"monday in china", "2026-11-22T16:00:00Z", false},
	})
}

func TestMuteWhenClocksChange(t *testing.T) {
	t.Parallel()
	checkMute(t, rule.Mute{From: 2 * 60, To: 3 * 60, Zone: berlin(t)}, []muteTest{
		{"before the hour that is left out", "2026-03-29T00:59:59Z", false},
		{"after it", "2026-03-29T01:00:00Z", false},
		{"the hour that comes twice", "2026-10-25T00:30:00Z", true},
		{"again", "2026-10-25T01:30:00Z", true},
		{"over", "2026-10-25T02:00:00Z", false},
	})
}

func TestZeroMute(t *testing.T) {
	t.Parallel()
	checkMute(t, rule.Mute{From: 60, To: 120}, []muteTest{{"utc by itself", "2026-11-22T09:30:00+08:00", true}})
	checkMute(t, rule.Mute{}, []muteTest{{"never", "2026-11-22T00:00:00Z", false}})
}
