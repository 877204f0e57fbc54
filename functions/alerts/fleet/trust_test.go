package fleet_test

import (
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/internal/testsize"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
)

// others are cards that no account of these tests begins with.
func others(n int) []linkcard.CardInfo { return newAccount(200_000+n, 0).cards[200_000:] }

// sweepCut makes a sweep in runs of some length.
func sweepCut(t *testing.T, c *caller, run time.Duration) {
	t.Helper()
	c.begin()
	for c.at.Finished.IsZero() {
		runCut(t, c, run)
	}
}

// TestFault2AnotherAccountOpensNothing has the account list the cards of another
// one: none of them is observed before the listing is believed, a day later.
func TestFault2AnotherAccountOpensNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		own, others int
		run         time.Duration
	}{
		{"a small fleet", 5, 5, time.Hour},
		{"some pages", 400, 400, time.Hour},
		{"in several runs", 8000, 8000, 2 * time.Second},
		{"a far larger one", 400, 8000, 2 * time.Second},
		{"many cards", testsize.Of(8_000, 40_000), testsize.Of(4_000, 20_000), time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(test.own, 0).limited(0)
				c := newCaller(a, nil)
				c.sweep(t)
				check(t, c, test.own, 0)
				own := a.cards
				c.known.Open[cardOf(1)] = openSince
				a.cards = append(others(test.others), a.cards[1]) // one has an incident
				for range 3 {
					sweepCut(t, c, test.run)
					if len(c.observations) != 1 || c.missing() != 0 {
						t.Errorf("%d cards of a listing that is not the fleet's were observed, want the one with an incident", len(c.observations))
					}
					check(t, c, 1, test.others)
					why, _ := c.at.Counts.Why()
					if f := c.at.Fleet(); f.Overlap > 0.3 || why != "most cards of the listing are others than before" {
						t.Errorf("fleet = %+v, cards failed because %q", f, why)
					}
					time.Sleep(time.Hour)
				}
				mine := a.cards
				a.cards = own
				sweepCut(t, c, test.run)
				check(t, c, test.own, 0)
				a.cards = mine
				sweepCut(t, c, test.run)
				time.Sleep(25 * time.Hour)
				sweepCut(t, c, test.run)
				check(t, c, test.others+1, 0)
				sweepCut(t, c, test.run)
				check(t, c, test.others+1, 0)
			})
		})
	}
}

// TestFault2GrowingFleet lists new cards first: a few are observed at once, and many
// when a sweep has shown that the others are still there.
func TestFault2GrowingFleet(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		before, by int
		failed     int // in the first sweep, at most
	}{
		{"by a few pages", 8000, 200, 0},
		{"by a fifth", 8000, 1600, 0},
		{"by twice as many", 4000, 8000, 12_000},
		{"the first cards", 0, 400, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(test.before, 0).limited(0)
				c := newCaller(a, nil)
				c.sweep(t)
				a.cards = append(others(test.by), a.cards...)
				c.sweep(t)
				if got := c.at.Counts; got.Failed > test.failed || got.Checked+got.Failed != test.before+test.by {
					t.Errorf("%+v, want at most %d failed of %d", got, test.failed, test.before+test.by)
				}
				time.Sleep(time.Hour)
				c.sweep(t)
				check(t, c, test.before+test.by, 0)
			})
		})
	}
}

// TestFault2OtherFilters begins to list all cards, of which most were left out.
func TestFault2OtherFilters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(2000, 0)
		all := a.cards
		filtered := newCaller(a, func(c *fleet.Config) { c.Filters = fleet.Filters{RestPercent: 20} })
		a.cards = all[1900:]
		filtered.sweep(t)
		whole := newCaller(a, nil)
		whole.at, a.cards = filtered.at, all
		whole.sweep(t)
		check(t, whole, 2000, 0)
	})
}

// TestFault2FirstSweepOfAPart could read but some pages of the first listing: the
// cards of the others are no strangers.
func TestFault2FirstSweepOfAPart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, down := newAccount(4000, 0), true
		a.onList = func(_ int, r linkcard.ListCardInfoRequest, _ *linkcard.CardPage) error {
			if down && r.PageNo*r.PageSize > 400 {
				return failure(aliyun.Unavailable, "ServiceUnavailable")
			}
			return nil
		}
		c := newCaller(a, nil)
		c.sweep(t)
		check(t, c, 400, 3600)
		down = false
		c.sweep(t)
		check(t, c, 4000, 0)
	})
}
