package rule_test

import (
	"math"
	"testing"

	"signalbox/functions/alerts/rule"
)

func TestListing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                  string
		before, total, listed int
		overlap               float64
		want                  found
	}{
		{"the same", 4000, 4000, 4000, 1, allClear},
		{"the first", 0, 4000, 4000, 0, allClear},
		{"an empty account", 0, 0, 0, 1, allClear},
		{"grown", 4000, 9000, 9000, 1, allClear},
		{"a little smaller", 4000, 3801, 3801, 1, allClear},
		{"smaller", 4000, 3800, 3800, 1, hysteresis},
		{"smaller by a tenth", 4000, 3600, 3600, 1, warning(0)},
		{"half as large", 4000, 2000, 2000, 1, critical(0)},
		{"empty", 4000, 0, 0, 1, critical(0)},
		{"one page of a hundred", 4000, 4000, 40, 1, critical(0)},
		{"a short page", 4000, 4000, 3980, 1, allClear},
		{"a page not read", 4000, 4000, 3960, 1, hysteresis},
		{"pages not read", 4000, 4000, 3959, 1, warning(0)},
		{"more read than there are", 4000, 4000, 4010, 1, allClear},
		{"other cards", 4000, 4000, 4000, 0.89, warning(0)},
		{"another account", 4000, 4000, 4000, 0, critical(0)},
		{"a share of nothing", 4000, 4000, 4000, math.NaN(), allClear},
		{"a small fleet loses a card", 5, 4, 4, 0.8, allClear},
		{"a small fleet loses two", 5, 3, 3, 0.6, warning(0)},
		{"the only card is lost", 1, 0, 0, 0, critical(0)},
	}
	for _, tt := range tests {
		o := rule.FleetObservation{
			Before: tt.before, Total: tt.total, Listed: tt.listed, Overlap: tt.overlap, Complete: true,
		}
		e := fleetEvaluated(policy, o, rule.ListingName)
		checkFound(t, tt.name, e, tt.want)
		if math.IsNaN(tt.overlap) {
			tt.overlap = 1
		}
		checkDetails(t, tt.name, e, rule.ListingDetails{
			Before: tt.before, Total: tt.total, Listed: tt.listed, Overlap: tt.overlap,
		})
		o.Complete = false
		checkFound(t, tt.name+", not read to its end", fleetEvaluated(policy, o, rule.ListingName), nothing)
	}
}

// TestOddListing has a field that cannot be read of most cards.
func TestOddListing(t *testing.T) {
	t.Parallel()
	o := rule.FleetObservation{
		Before: 4000, Total: 4000, Listed: 4000, Overlap: 1, Complete: true, Odd: 40, OddWhy: "the listing's Status is missing",
	}
	e := fleetEvaluated(policy, o, rule.ListingName)
	checkFound(t, "odd", e, warning(0))
	checkDetails(t, "odd", e, rule.ListingDetails{
		Before: 4000, Total: 4000, Listed: 4000, Overlap: 1, Odd: 40, Why: "the listing's Status is missing",
	})
	o.Overlap = 0
	checkFound(t, "odd, and another account's", fleetEvaluated(policy, o, rule.ListingName), critical(0))
}
