package fleet_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/internal/testsize"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

// TestFault1LookupsDenied has the cards judged by the listing alone.
func TestFault1LookupsDenied(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(4000, 4)
		a.onFlow = func(int, string) error {
			return failure(aliyun.Denied, "linkcard.common.RamActionPermissionDeny")
		}
		c := newCaller(a, nil)
		c.sweep(t)
		check(t, c, 4000, 0)
		if len(a.lookups) < 5+9 || len(a.lookups) > 5+16+10 {
			t.Errorf("%d lookups, want five denied ones, those under way and one of each hundred", len(a.lookups))
		}
		o := c.observations[cardOf(0)]
		if ratio, _ := o.Ratio.Value(); o.Lookup != rule.LookupFailed || ratio != 0.9 || o.Expires.IsZero() || o.Unreadable != "" {
			t.Errorf("observation of a card whose lookup was denied: %+v, want what the listing says", o)
		}
		f := c.at.Fleet()
		if f.Lookups != 1000 || f.LookupsFailed != 1000 || !f.LookupDenied || f.LookupError != "denied (linkcard.common.RamActionPermissionDeny)" {
			t.Errorf("fleet = %+v, want 1000 lookups denied", f)
		}
		a.onFlow, a.lookups = nil, nil
		c.sweep(t)
		if f := c.at.Fleet(); f.LookupsFailed != 0 || f.LookupError != "" || len(a.lookups) != 1000 {
			t.Errorf("fleet = %+v after %d lookups, want 1000 that did not fail", f, len(a.lookups))
		}
	})
}

// TestFault1ManyLookupsFail has a third of them fail: the others are made.
func TestFault1ManyLookupsFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(1200, 4)
		a.onFlow = func(call int, _ string) error {
			if call%3 == 0 {
				return failure(aliyun.Unavailable, "Service.InternalError")
			}
			return nil
		}
		c := newCaller(a, nil)
		c.sweep(t)
		check(t, c, 1200, 0)
		checkCalls(t, a, c, 30, 300)
		if f := c.at.Fleet(); f.LookupsFailed != 100 || f.LookupDenied || f.LookupError != "unavailable (Service.InternalError)" {
			t.Errorf("fleet = %+v, want 100 lookups without an answer", f)
		}
	})
}

// TestFault17StandingIncidentsCostNoLookup looks a card up again only when its
// data can have changed.
func TestFault17StandingIncidentsCostNoLookup(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(*linkcard.CardInfo)
		after   time.Duration
		lookups int
	}{
		{"nothing changes", func(*linkcard.CardInfo) {}, time.Hour, 0},
		{"counted anew", func(i *linkcard.CardInfo) { i.FlowLatestModifiedTime = "2000-01-01 00:30:00" }, time.Hour, 1},
		{"more used", func(i *linkcard.CardInfo) { i.PeriodAddFlow = "91.00MB" }, time.Hour, 1},
		{"renewed", func(i *linkcard.CardInfo) { i.ExpireTime = "2002-01-01 00:00:00" }, time.Hour, 1},
		{"stopped", func(i *linkcard.CardInfo) { i.Status = "35" }, time.Hour, 1},
		{"not known when counted", func(i *linkcard.CardInfo) { i.FlowLatestModifiedTime = "" }, time.Hour, 1},
		{"another remark", func(i *linkcard.CardInfo) { i.Remark = "roof" }, time.Hour, 0},
		{"five days", func(*linkcard.CardInfo) {}, 5 * 24 * time.Hour, 0},
		{"a week", func(*linkcard.CardInfo) {}, 7 * 24 * time.Hour, 1},
		{"a package later", func(*linkcard.CardInfo) {}, 366 * 24 * time.Hour, 1},
		{"all is well", func(i *linkcard.CardInfo) { i.PeriodAddFlow = "1.00MB" }, time.Hour, 0},
		{"the clock is set back", func(*linkcard.CardInfo) {}, -time.Hour, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, now := newAccount(1, 1), day.Add(2*time.Hour)
				c := newCaller(a, func(config *fleet.Config) { config.Now = func() time.Time { return now } })
				c.sweep(t)
				first := c.observations[cardOf(0)]
				checkCalls(t, a, c, 1, 1)
				test.change(&a.cards[0])
				now = now.Add(test.after)
				c.sweep(t)
				checkCalls(t, a, c, 1, test.lookups)
				o := c.observations[cardOf(0)]
				if test.name == "all is well" {
					if o.Lookup != rule.NotLookedUp || len(c.known.Lookups) != 0 {
						t.Errorf("%+v with %d lookups kept, want neither", o, len(c.known.Lookups))
					}
					return
				}
				if o.Lookup != rule.LookedUp || o.Package != first.Package || !o.Expires.Equal(first.Expires) || first.Package != "100M" {
					t.Errorf("observations %+v and then %+v, want the same package", first, o)
				}
			})
		})
	}
}

// TestFault17IdleCardsAreLookedUpOnceADay has the listing count a card anew every
// hour that uses nothing.
func TestFault17IdleCardsAreLookedUpOnceADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(1, 0)
		a.cards[0].PeriodAddFlow = "0KB"
		c := newCaller(a, func(config *fleet.Config) { config.Rules = all{} })
		for range 49 {
			a.cards[0].FlowLatestModifiedTime = aliyun.Text(time.Now().UTC().Format(time.DateTime))
			c.sweep(t)
			time.Sleep(time.Hour)
		}
		if len(a.lookups) != 3 {
			t.Errorf("%d lookups in 49 hours, want 3", len(a.lookups))
		}
	})
}

// all needs a lookup of each card.
type all struct{}

func (all) GoesByTag() bool { return false }

func (all) NeedsLookup(rule.Observation, time.Time) bool { return true }

// TestFault17ListingAndLookupsOverlap has cards that fire spread evenly: the
// sweep takes as long as the longer of the two, not their sum.
func TestFault17ListingAndLookupsOverlap(t *testing.T) {
	t.Parallel()
	for _, nth := range []int{400, 80, 40, 20, 5} {
		for _, latency := range []time.Duration{0, 300 * time.Millisecond} {
			t.Run(fmt.Sprintf("each %dth, %v", nth, latency), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					// In a small fleet the first and the last second weigh more.
					cards, overhead := testsize.Of(8_000, 40_000), testsize.Of(1.12, 1.02)
					a := newAccount(cards, nth).limited(latency)
					c := newCaller(a, nil)
					start := time.Now()
					c.sweep(t)
					took := time.Since(start)
					least := time.Duration(max(cards/40, cards/nth)) * time.Second / perSecond
					if most := time.Duration(float64(least)*overhead) + 2*latency; took > most {
						t.Errorf("the sweep took %v, want at most %v", took, most)
					}
					check(t, c, cards, 0)
					checkCalls(t, a, c, cards/40, cards/nth)
				})
			})
		}
	}
}

// TestFault17UnchangedSweepIsSmall writes what changes, not the fleet.
func TestFault17UnchangedSweepIsSmall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cards := testsize.Of(20_000, 100_000)
		a := newAccount(cards, 5).limited(0)
		c := newCaller(a, nil)
		c.sweep(t)
		first := c.written
		for i := 0; i < cards; i += 5 {
			c.known.Open[cardOf(i)] = fleet.Open{Since: day, Lookup: true}
		}
		start := time.Now()
		c.sweep(t)
		t.Logf("%d bytes, and %d bytes in %d parts where nothing changes", first, c.written, c.parts)
		if c.written > 500_000 || c.parts > 16 {
			t.Errorf("%d bytes in %d parts, want at most 500 kB in 16", c.written, c.parts)
		}
		least := time.Duration(cards/40) * time.Second / perSecond
		if took := time.Since(start); took > least*102/100 {
			t.Errorf("the sweep took %v, want %v", took, least)
		}
		check(t, c, cards, 0)
	})
}

// TestFault18StockCardsCostNoLookup has the rules decide.
func TestFault18StockCardsCostNoLookup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(400, 0)
		for i := range a.cards {
			a.cards[i] = linkcard.CardInfo{Iccid: a.cards[i].Iccid, Status: "20", DataType: "single", PeriodRestFlow: "-"}
		}
		c := newCaller(a, nil)
		c.sweep(t)
		check(t, c, 400, 0)
		checkCalls(t, a, c, 10, 0)
	})
}

// TestFault13AnswerWithoutPackages is not kept: the next one may have them.
func TestFault13AnswerWithoutPackages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(1, 1)
		a.flows[iccid(0)] = linkcard.CardFlow{}
		c := newCaller(a, nil)
		c.sweep(t)
		if o := c.observations[cardOf(0)]; o.Lookup != rule.WithoutPackages || o.Expires.IsZero() || len(c.known.Lookups) != 0 {
			t.Errorf("observation = %+v with %d lookups kept, want the listing's end and none", o, len(c.known.Lookups))
		}
		delete(a.flows, iccid(0))
		c.sweep(t)
		if o := c.observations[cardOf(0)]; o.Lookup != rule.LookedUp || len(c.known.Lookups) != 1 {
			t.Errorf("observation = %+v with %d lookups kept, want one", o, len(c.known.Lookups))
		}
	})
}

// TestFault21PackagesAndPeriods has a package that begins after a gap, and a
// quarter.
func TestFault21PackagesAndPeriods(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(60 * 24 * time.Hour) // the first of March
		a := newAccount(1, 1)
		a.cards[0].Period, a.cards[0].ActiveTime = "1103", "1999-11-05 00:00:00"
		a.flows[iccid(0)] = linkcard.CardFlow{
			ListPackageDTO: []linkcard.PackageDTO{
				{PackageName: "base", EffectiveTime: "1999-01-01 00:00:00", ExpireTime: "2099-12-31 23:59:59"},
				{PackageName: "now", EffectiveTime: "1999-01-01 00:00:00", ExpireTime: "2000-03-10 23:59:59"},
				{PackageName: "later", EffectiveTime: "2000-03-15 00:00:00", ExpireTime: "2001-01-10 23:59:59"},
			},
			ListCardMonthFlow: []linkcard.CardMonthFlow{{Month: "200002", ListDayFlow: []linkcard.DayFlow{
				{Day: "20000229", Flow: "0KB"}, {Day: "20000228", Flow: "1MB"}, {Day: "20000220", Flow: "2MB"},
			}}},
		}
		c := newCaller(a, nil)
		c.sweep(t)
		o := c.observations[cardOf(0)]
		if o.Package != "now" || !o.Expires.Equal(time.Date(2000, 3, 10, 23, 59, 59, 0, time.UTC)) {
			t.Errorf("package %s until %v, want the one that nothing follows", o.Package, o.Expires)
		}
		if !o.PeriodStart.Equal(day.AddDate(0, 1, 0)) || !o.Renews.Equal(day.AddDate(0, 4, 0)) {
			t.Errorf("period from %v to %v, want February to April", o.PeriodStart, o.Renews)
		}
		if o.LastUse != (card.Day{Year: 2000, Month: time.February, Day: 28}) {
			t.Errorf("last use = %v, want 2000-02-28", o.LastUse)
		}
		checkCalls(t, a, c, 1, 1)
		time.Sleep(24 * time.Hour)
		c.sweep(t)
		checkCalls(t, a, c, 1, 0)
		time.Sleep(10 * 24 * time.Hour) // the package ends, and a week goes by
		c.sweep(t)
		checkCalls(t, a, c, 1, 1)
	})
}

// TestCutShort gives each run a few seconds of a sweep that takes a minute.
func TestCutShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(16_000, 20).limited(100 * time.Millisecond)
		c := newCaller(a, nil)
		runs := 0
		for c.at.Finished.IsZero() && runs < 50 {
			runCut(t, c, 5*time.Second)
			runs++
		}
		if runs < 5 || runs > 20 || len(c.observations) != 16_000 {
			t.Errorf("%d cards in %d runs, want 16000 in about ten", len(c.observations), runs)
		}
		check(t, c, 16_000, 0)
		if len(a.lookups) != 800 {
			t.Errorf("%d lookups, want 800: none is made again by the next run", len(a.lookups))
		}
	})
}

// TestCallerLeaves ends everything that is under way: the bubble would not end
// else.
func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(40_000, 10).limited(time.Second)
		c := newCaller(a, nil)
		for _, err := range c.scanner.Scan(t.Context(), fleet.Begin(time.Now(), fleet.Census{}), fleet.Known{}) {
			if err != nil {
				t.Error(err)
			}
			break
		}
		if took := time.Since(day); took > 12*time.Second {
			t.Errorf("the first part came after %v, want 10s", took)
		}
	})
}
