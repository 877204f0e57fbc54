package rule_test

import (
	"testing"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
)

func TestNeedsLookup(t *testing.T) {
	t.Parallel()
	far, low := now.AddDate(1, 0, 0), card.ParseRatio("10%")
	old := now.Add(-100 * day)
	tests := []struct {
		name string
		o    rule.Observation
		want bool
	}{
		{"healthy", rule.Observation{Expires: far, Ratio: low}, false},
		{"expires soon", rule.Observation{Expires: now, Ratio: low}, true},
		{"used up", rule.Observation{Expires: far, Ratio: card.ParseRatio("100%")}, true},
		{"nearly high", rule.Observation{Expires: far, Ratio: card.ParseRatio("79%")}, false},
		{"usage unknown", rule.Observation{Expires: far}, true},
		{"usage unknown in a pool", rule.Observation{Expires: far, Pool: "P1"}, false},
		{"expiry unknown", rule.Observation{Ratio: low}, true},
		{"stopped", rule.Observation{Expires: far, Ratio: low, Status: "35", OsStatus: "300"}, false},
		{"stale", rule.Observation{Expires: far, Ratio: low, Status: "30", Refreshed: old}, false},
		{"nothing known", rule.Observation{}, true},
		{"nothing known, in use", rule.Observation{Status: "30"}, true},
		{"stock, testable", rule.Observation{Status: "10"}, false},
		{"stock, unused", rule.Observation{Status: "20", Used: card.Bytes(0), Rest: card.Bytes(0)}, false},
		{"stock with a package", rule.Observation{Status: "20", Expires: now.Add(day)}, true},
		{"stock with data", rule.Observation{Status: "20", Ratio: card.ParseRatio("0%")}, true},
		{"perhaps no stock", rule.Observation{Status: "20", Unreadable: "the listing's ExpireTime is no time"}, true},
	}
	for _, tt := range tests {
		tt.o.Subject = aCard
		if got := policy.NeedsLookup(tt.o, now); got != tt.want {
			t.Errorf("%s: NeedsLookup = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A card that waits in a warehouse says nothing of its package and its data.
func TestStockIsNotEvaluated(t *testing.T) {
	t.Parallel()
	stock := rule.Observation{Status: "20", Used: card.Bytes(0), Rest: card.Bytes(0)}
	for name, want := range map[string]found{
		rule.ExpiryName: nothing, rule.UsageName: nothing, rule.ForecastName: nothing, rule.StaleName: nothing,
		rule.StoppedName: allClear, rule.UnreadableName: allClear,
	} {
		checkFound(t, name, evaluated(policy, stock, name), want)
	}
}

func TestWhatIsOffNeedsNoLookup(t *testing.T) {
	t.Parallel()
	early := rule.Observation{
		Subject: aCard, PeriodStart: now.Add(-day), Renews: now.Add(29 * day), Ratio: card.ParseRatio("60%"),
	}
	without := settings.With(rule.Expiry{}, rule.Forecast{})
	if (rule.Policy{Default: without}).NeedsLookup(early, now) {
		t.Error("NeedsLookup without expiry and forecast = true, want false")
	}
	without = without.With(rule.Forecast{Fire: 0.8})
	if !(rule.Policy{Default: without}).NeedsLookup(early, now) {
		t.Error("NeedsLookup without expiry = false, want true")
	}
}

// The listing does not name packages: where they matter, a card is looked up if it
// is breached by any of the settings that it may have.
func TestPackagesTakeALookup(t *testing.T) {
	t.Parallel()
	strict, lax := settings.With(rule.Usage{Percent: []int{50}}), settings.With(rule.Stopped{})
	byPackage := func(m rule.Match) rule.Policy {
		return rule.Policy{Default: lax, Overrides: []rule.Override{
			{Match: m, Settings: strict}, {Match: rule.Match{Tag: "车队"}, Settings: lax},
		}}
	}
	half := rule.Observation{
		Subject: aCard, Expires: now.AddDate(1, 0, 0), Ratio: card.ParseRatio("60%"), Status: "30",
	}
	halted, named, tagged, running := half, half, half, half
	halted.Ratio, halted.Status = card.ParseRatio("10%"), "35"
	running.Ratio = halted.Ratio
	named.Package, tagged.Tags = "月包", []string{"车队"}
	silent := rule.Policy{Default: settings, Silences: []rule.Silence{{
		Match: rule.Match{Package: "x"}, Until: now.Add(time.Hour),
	}}}
	tests := []struct {
		name   string
		policy rule.Policy
		listed rule.Observation
		want   bool
	}{
		{"may be strict", byPackage(rule.Match{Package: "年包"}), half, true},
		{"may be strict by tag and package", byPackage(rule.Match{Tag: "车队", Package: "年包"}), tagged, true},
		{"is not strict by tag", byPackage(rule.Match{Tag: "车队", Package: "年包"}), half, false},
		{"is not strict by name", byPackage(rule.Match{Package: "年包"}), named, false},
		{"may be stopped", byPackage(rule.Match{Package: "年包"}), halted, true},
		{"may be silenced", silent, halted, true},
		{"healthy", silent, running, false},
	}
	for _, tt := range tests {
		if got := tt.policy.NeedsLookup(tt.listed, now); got != tt.want {
			t.Errorf("%s: NeedsLookup = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Where lookups fail, the listing alone decides.
func TestLookupFailed(t *testing.T) {
	t.Parallel()
	o := rule.Observation{
		Lookup: rule.LookupFailed, Expires: now.Add(5 * day),
		Used: card.Bytes(95), Rest: card.Bytes(5), Ratio: card.RatioOf(card.Bytes(95), card.Bytes(5)),
	}
	for name, want := range map[string]found{rule.ExpiryName: warning(7), rule.UsageName: warning(90)} {
		e := evaluated(policy, o, name)
		checkFound(t, name, e, want)
		if e.Partial {
			t.Errorf("%s is partial, want not", name)
		}
	}
}
