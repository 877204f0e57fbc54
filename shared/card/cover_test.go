package card_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"signalbox/shared/card"
)

// pack is a package; an empty time is unknown, a date alone is its first second
// as a beginning and its last as an end.
func pack(t *testing.T, name, effective, expires string) card.Package {
	t.Helper()
	at := func(text, clock string) time.Time {
		switch len(text) {
		case 0:
			return time.Time{}
		case len(time.DateOnly):
			text += clock
		}
		parsed := card.ParseTime(text, time.UTC)
		if parsed.IsZero() {
			t.Fatalf("%q is no time", text)
		}
		return parsed
	}
	return card.Package{Name: name, Effective: at(effective, " 00:00:00"), Expires: at(expires, " 23:59:59")}
}

// TestCoveredUntil looks at noon of 24 November 2026, in any order of packages.
func TestCoveredUntil(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	type packs [][3]string
	tests := []struct {
		name     string
		packages packs
		want     string // name of the package, "" for none
	}{
		{"none", packs{}, ""},
		{"one without an end", packs{{"a", "2026-11-01", ""}}, ""},
		{"one", packs{{"a", "2026-11-01", "2026-11-30"}}, "a"},
		{"one that has ended", packs{{"a", "2026-10-01", "2026-10-31"}}, "a"},
		{"one of unknown beginning", packs{{"a", "", "2026-11-30"}}, "a"},
		{"one that is to begin", packs{{"a", "2027-01-01", "2027-01-31"}}, "a"},
		{"two at once", packs{{"a", "2026-11-01", "2026-11-30"}, {"b", "2026-01-01", "2026-12-31"}}, "b"},
		{"all have ended", packs{{"a", "2026-09-01", "2026-09-30"}, {"b", "2026-10-01", "2026-10-31"}}, "b"},
		{"the next follows", packs{{"a", "2026-11-01", "2026-11-30"}, {"b", "2026-12-01", "2026-12-31"}}, "b"},
		{"many follow", packs{{"a", "2026-11-01", "2026-11-30"}, {"b", "2026-12-01", "2026-12-31"}, {"c", "2027-01-01", "2027-03-31"}}, "c"},
		{"the next overlaps", packs{{"a", "2026-11-01", "2026-11-30"}, {"b", "2026-11-28", "2027-02-28"}}, "b"},
		{"the next is over before", packs{{"a", "2026-11-01", "2026-11-30"}, {"b", "2026-11-26", "2026-11-28"}}, "a"},
		{"the next begins an hour later", packs{{"a", "2026-11-01", "2026-11-30 23:00:00"}, {"b", "2026-12-01", "2026-12-31"}}, "b"},
		{"the next begins a day later", packs{{"a", "2026-11-01", "2026-11-30"}, {"b", "2026-12-02", "2026-12-31"}}, "a"},
		{"a gap after those that follow", packs{{"a", "2026-11-01", "2026-11-30"}, {"b", "2026-12-01", "2026-12-31"}, {"c", "2027-02-01", "2027-02-28"}}, "b"},
		{"a gap, of unknown beginning before it", packs{{"a", "", "2026-11-30"}, {"b", "2027-01-01", "2027-12-31"}}, "a"},
		{"a gap before now", packs{{"a", "2026-01-01", "2026-01-31"}, {"b", "2026-11-01", "2026-11-30"}}, "b"},
		{"now is in a gap", packs{{"a", "2026-10-01", "2026-10-31"}, {"b", "2026-12-01", "2026-12-31"}}, "a"},
		{"all are to begin", packs{{"a", "2027-01-01", "2027-01-31"}, {"b", "2027-03-01", "2027-03-31"}}, "a"},
		{"ends this second", packs{{"a", "2026-11-01", "2026-11-24 12:00:00"}, {"b", "2026-12-01", "2026-12-31"}}, "a"},
		{"begins this second", packs{{"a", "2026-10-01", "2026-10-31"}, {"b", "2026-11-24 12:00:00", "2026-12-31"}}, "b"},
		{"base plan alone", packs{{"base", "2021-11-01", "2099-12-31"}}, "base"},
		{"base plan beside one that ends now", packs{{"base", "2021-11-01", "2099-12-31"}, {"a", "2026-11-01", "2026-11-24"}}, "a"},
		{"base plan beside one that has ended", packs{{"base", "2021-11-01", "2099-12-31"}, {"a", "2026-10-01", "2026-10-31"}}, "a"},
		{"base plan of unknown beginning", packs{{"base", "", "2099-12-31"}, {"a", "2026-11-01", "2026-11-30"}}, "a"},
		{"base plan until 2037", packs{{"base", "2021-11-01", "2037-12-31"}, {"a", "2026-11-01", "2026-11-30"}}, "a"},
		{"base plan beside one without an end", packs{{"base", "2021-11-01", "2099-12-31"}, {"a", "2026-11-01", ""}}, "base"},
		{"ten years of data are no base plan", packs{{"long", "2026-11-01", "2036-12-31"}, {"a", "2026-11-01", "2026-11-30"}}, "long"},
		{"the same again", packs{{"a", "2026-11-01", "2026-11-30"}, {"a", "2026-11-01", "2026-11-30"}}, "a"},
		{"equal ends: the one that began first", packs{{"b", "2026-10-01", "2026-11-30"}, {"a", "2026-11-01", "2026-11-30"}}, "b"},
		{"equal times: by name", packs{{"b", "2026-11-01", "2026-11-30"}, {"a", "2026-11-01", "2026-11-30"}}, "a"},
		{"ends before it begins", packs{{"a", "2026-11-01", "2026-11-30"}, {"b", "2026-12-01", "2026-01-31"}}, "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var usage card.Usage
			for _, p := range tt.packages {
				usage.Packages = append(usage.Packages, pack(t, p[0], p[1], p[2]))
			}
			for range 10 {
				got, ok := usage.CoveredUntil(now)
				if got.Name != tt.want || ok != (tt.want != "") || ok == got.Expires.IsZero() {
					t.Fatalf("CoveredUntil of %v = %v, %v; want %q", usage.Packages, got, ok, tt.want)
				}
				rand.Shuffle(len(usage.Packages), func(i, j int) {
					usage.Packages[i], usage.Packages[j] = usage.Packages[j], usage.Packages[i]
				})
			}
		})
	}
}
