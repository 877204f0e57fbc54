package fleet_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

func iccidOf(i int) card.ICCID { return card.ICCID(iccid(i)) }

// openSince is an incident from before the sweep, for which the listing is enough.
var openSince = fleet.Open{Since: day.AddDate(0, 0, -1)}

// missing lists the cards and pools of the last sweep that were not found.
func (c *caller) missing() int {
	n := 0
	for _, o := range c.observations {
		if o.Missing {
			n++
		}
	}
	return n
}

// TestMissingCards has cards with an incident leave the account, or just the
// listing.
func TestMissingCards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(400, 0)
		c := newCaller(a, nil)
		c.sweep(t)
		checkCalls(t, a, c, 10, 0)
		for i := range 20 {
			c.known.Open[cardOf(i)] = openSince
		}
		c.known.Open[incident.Subject{Kind: incident.Card, ID: "odd_1"}] = openSince
		left := a.cards[:5]
		a.cards = a.cards[5:]
		a.onList = func(_ int, r linkcard.ListCardInfoRequest, p *linkcard.CardPage) error {
			if r.ICCID == "" && r.PageNo == 1 {
				p.List = p.List[1:] // the card 5
			}
			if string(r.ICCID) == iccid(0) {
				p.List = a.cards[:1] // Alibaba leaves the filter out
			}
			return nil
		}
		a.onFlow = func(_ int, id string) error {
			if id == iccid(1) {
				return failure(aliyun.Unavailable, "")
			}
			return nil
		}
		c.sweep(t)
		for i := range 5 {
			o, ok := c.observations[cardOf(i)]
			if want := i != 1; ok != want || o.Missing != want || want && o.Sweep != c.at.Sweep {
				t.Errorf("card %d that has left: %+v, %t; want it missing %t", i, o, ok, want)
			}
		}
		if o := c.observations[cardOf(5)]; o.Missing || !o.Ratio.Known() || o.Status != "30" {
			t.Errorf("card that the listing left out: %+v, want what the listing says of it alone", o)
		}
		if c.missing() != 5 {
			t.Errorf("%d are missing, want 4 cards and the one without an ICCID", c.missing())
		}
		check(t, c, 395, 0)
		checkCalls(t, a, c, 10+1+4+6, 5)
		if _, ok := c.observations[cardOf(0)]; !ok || len(left) != 5 {
			t.Error("no observation of card 0")
		}
	})
}

// TestFault2NeverMissesAWholeFleet has listings that are not to be believed.
func TestFault2NeverMissesAWholeFleet(t *testing.T) {
	t.Parallel()
	others := newAccount(1000, 0).cards[500:900]
	tests := []struct {
		name    string
		change  func(*account)
		missing int
	}{
		{"nothing changes", func(*account) {}, 0},
		{"a few leave", func(a *account) { a.cards = a.cards[5:] }, 5},
		{"a tenth leaves", func(a *account) { a.cards = a.cards[40:] }, 0},
		{"nobody is left", func(a *account) { a.cards = nil }, 0},
		{"another account", func(a *account) { a.cards = others }, 0},
		{"a part of another account", func(a *account) { a.cards = append(a.cards[80:80:80], append(a.cards[80:], others[:80]...)...) }, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(400, 0)
				c := newCaller(a, nil)
				c.sweep(t)
				for i := range 200 {
					c.known.Open[cardOf(i)] = openSince
				}
				test.change(a)
				for i := range 24 { // sweeps, one each hour
					a.lookups = nil
					c.sweep(t)
					if c.missing() != test.missing || len(a.lookups) != test.missing {
						t.Fatalf("sweep %d: %d are missing after %d lookups, want %d", i, c.missing(), len(a.lookups), test.missing)
					}
					if f := c.at.Fleet(); f.Before != 400 && test.missing == 0 || !f.Complete {
						t.Fatalf("sweep %d: %+v, want it compared with 400 cards", i, f)
					}
					time.Sleep(time.Hour)
				}
				c.sweep(t)
				never := test.name == "nothing changes" || test.name == "nobody is left" // an empty account is never believed
				if (c.missing() == 0) != never {
					t.Errorf("after a day %d are missing: the fleet is another one then", c.missing())
				}
			})
		})
	}
}

// TestFault2OneOfAFewCards is no shrunken fleet.
func TestFault2OneOfAFewCards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(3, 0)
		c := newCaller(a, nil)
		c.sweep(t)
		c.known.Open[cardOf(0)] = openSince
		a.cards = a.cards[1:]
		if c.sweep(t); c.missing() != 1 {
			t.Errorf("%d are missing, want the one that has left", c.missing())
		}
	})
}

// TestMissingPool asks for a pool that no card names any more.
func TestMissingPool(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newPooled(400)
		a.pools["Q"] = a.pools["P"]
		c := newCaller(a, nil)
		for _, no := range []string{"P", "Q", "R"} {
			c.known.Open[poolOf(no)] = openSince
		}
		c.sweep(t)
		if len(a.asked) != 3 || c.observations[poolOf("Q")].Missing || !c.observations[poolOf("R")].Missing {
			t.Errorf("pools asked for: %v, observed Q %+v and R %+v; want each once and only R missing",
				a.asked, c.observations[poolOf("Q")], c.observations[poolOf("R")])
		}
		check(t, c, 400, 0)
	})
}

// TestSeenOutlivesRuns cuts a sweep of a fleet with many incidents into runs: at
// its end none is looked for that a run before has observed.
func TestSeenOutlivesRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newPooled(16_000).limited(0)
		c := newCaller(a, nil)
		for i := 0; i < 16_000; i += 10 {
			c.known.Open[cardOf(i)] = openSince
		}
		runs := 0
		for runs == 0 || c.at.Finished.IsZero() {
			runCut(t, c, 3*time.Second+25*time.Millisecond) // between two calls
			// Opened by what the run has found.
			c.known.Open[cardOf(runs*1000+1)] = fleet.Open{Since: time.Now()}
			runs++
		}
		if runs < 5 || len(a.asked) != 1 {
			t.Errorf("%d calls for the pool in %d runs, want one in several", len(a.asked), runs)
		}
		check(t, c, 16_000, 0)
		checkCalls(t, a, c, 400, 0)
	})
}

// TestWatchedCards looks at some cards alone.
func TestWatchedCards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newPooled(400)
		a.cards[3].PeriodAddFlow, a.cards[3].PeriodRestFlow = "90MB", "10MB"
		c := newCaller(a, func(config *fleet.Config) {
			config.Watch = []card.ICCID{iccidOf(2), iccidOf(3), iccidOf(20), iccidOf(21), iccidOf(900)}
		})
		c.known.Open[cardOf(4)] = openSince // watched before
		c.known.Open[cardOf(900)] = openSince
		c.known.Open[cardOf(901)] = openSince
		for range 3 {
			time.Sleep(time.Hour)
			c.sweep(t)
			check(t, c, 4, 1)
			if o := c.observations[cardOf(900)]; o.Missing || o.Unreadable != "the account has no card with this ICCID" {
				t.Errorf("a watched card that does not exist: %+v, want it unreadable", o)
			}
			if !c.observations[cardOf(901)].Missing || c.observations[cardOf(4)].Status != "30" || len(c.observations) != 8 {
				t.Errorf("%d observations, of the others %+v and %+v; want one missing", len(c.observations), c.observations[cardOf(901)], c.observations[cardOf(4)])
			}
			if f := c.at.Fleet(); f.Total != 5 || f.Listed != 5 || f.Before != 0 || f.Overlap != 1 || !f.Complete {
				t.Errorf("fleet = %+v, want five cards and nothing to compare with", f)
			}
		}
		if o := c.observations[cardOf(3)]; o.Lookup != rule.LookedUp {
			t.Errorf("observation = %+v, want it looked up", o)
		}
		if len(a.asked) != 3 || len(a.lists) != 21 || len(a.lookups) != 7 || len(c.known.Lookups) != 1 {
			t.Errorf("%d calls for pools, %d of the listing, %d lookups in three sweeps; want 3, 21 and 7", len(a.asked), len(a.lists), len(a.lookups))
		}
	})
}

// TestWatchedCardsWithoutTheListing go by their lookups.
func TestWatchedCardsWithoutTheListing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(40, 1)
		a.onList = func(int, linkcard.ListCardInfoRequest, *linkcard.CardPage) error {
			return failure(aliyun.Denied, "NoPermission")
		}
		c := newCaller(a, func(config *fleet.Config) { config.Watch = []card.ICCID{iccidOf(2), iccidOf(900)} })
		c.sweep(t)
		check(t, c, 1, 1)
		if o := c.observations[cardOf(2)]; o.Lookup != rule.LookedUp || o.Package != "100M" {
			t.Errorf("observation = %+v, want what the lookup says", o)
		}
	})
}

// TestMarks keeps marks as text.
func TestMarks(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"AAAA", "A", "?", "AAAAAAAAAAA"} {
		var m fleet.Marks
		if err := m.UnmarshalText([]byte(text)); (err == nil) != (len(text) == 11) {
			t.Errorf("marks from %q = %v, %v", text, m, err)
		}
	}
	marks := fleet.Marks{1, 2, 1 << 63}
	text, err := marks.MarshalText()
	var again fleet.Marks
	if err != nil || again.UnmarshalText(text) != nil || fmt.Sprint(again) != fmt.Sprint(marks) {
		t.Errorf("marks %v come back as %v from %q, %v", marks, again, text, err)
	}
}
