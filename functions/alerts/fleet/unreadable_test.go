package fleet_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
)

// TestFault4UnreadableCards has one card of forty that cannot be read in full.
func TestFault4UnreadableCards(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		garble func(*linkcard.CardInfo)
		id     string // "": its ICCID
		why    string // "": it can be read
	}{
		{"no time", func(i *linkcard.CardInfo) { i.ExpireTime = "2001-13-01 00:00:00" }, "", "the listing's ExpireTime is no time"},
		{"odd time", func(i *linkcard.CardInfo) { i.ExpireTime, i.Garbled = "", []string{"ExpireTime"} }, "", "the listing's ExpireTime is no time"},
		{"no time of the count", func(i *linkcard.CardInfo) { i.FlowLatestModifiedTime = "soon" }, "", "the listing's FlowLatestModifiedTime is no time"},
		{"no size", func(i *linkcard.CardInfo) { i.PeriodAddFlow = "12 parsecs" }, "", "the listing's PeriodAddFlow is no amount of data"},
		{"odd size", func(i *linkcard.CardInfo) { i.PeriodRestFlow, i.Garbled = "", []string{"PeriodRestFlow"} }, "", "the listing's PeriodRestFlow is no amount of data"},
		{"odd status", func(i *linkcard.CardInfo) { i.Status, i.Garbled = "", []string{"Status"} }, "", "the listing's Status is no text"},
		{"no status", func(i *linkcard.CardInfo) { i.Status = "" }, "", "the listing's Status is missing"},
		{"a dash for a status", func(i *linkcard.CardInfo) { i.Status = "-" }, "", "the listing's Status is missing"},
		{"malformed", func(i *linkcard.CardInfo) { i.Iccid = "89/86\n03-x" }, "89_86_03-x", "the listing's Iccid is no ICCID"},
		{"far too long", func(i *linkcard.CardInfo) { i.Iccid = aliyun.Text(strings.Repeat("8", 1000)) }, strings.Repeat("8", 64), "the listing's Iccid is no ICCID"},
		{"without an ICCID", func(i *linkcard.CardInfo) { i.Iccid = "" }, "row 8 of page 1", "the listing's Iccid is no ICCID"},
		{"no card", func(i *linkcard.CardInfo) { *i = linkcard.CardInfo{Garbled: []string{"CardInfo"}} }, "row 8 of page 1", "the listing's entry is no card"},
		{"null", func(i *linkcard.CardInfo) { *i = linkcard.CardInfo{} }, "row 8 of page 1", "the listing's Iccid is no ICCID"},
		{"spaces around", func(i *linkcard.CardInfo) { i.Iccid = " " + i.Iccid + "\n" }, "", ""},
		{"odd remark", func(i *linkcard.CardInfo) { i.Garbled = []string{"Remark", "TagList"} }, "", ""},
		{"nothing known", func(i *linkcard.CardInfo) { i.ExpireTime, i.PeriodAddFlow, i.PeriodRestFlow = "-", "", " - " }, "", ""},
		{"a pool's card", func(i *linkcard.CardInfo) { i.PeriodAddFlow, i.DataType, i.CredentialNo = "?", "sameflowcard", "P" }, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(40, 0)
				a.pools["P"] = linkcard.PoolStatistics{PoolGrandTotalUsed: "1GB", PoolAvaiable: "1GB"}
				test.garble(&a.cards[7])
				c := newCaller(a, nil)
				c.sweep(t)
				failed := 1
				if test.why == "" {
					failed = 0
				}
				check(t, c, 40-failed, failed)
				checkCalls(t, a, c, 1, 0)
				if why, of := c.at.Counts.Why(); why != test.why || of != failed {
					t.Errorf("%d cards failed because %q, want %d because %q", of, why, failed, test.why)
				}
				subject := cardOf(7)
				if test.id != "" {
					subject.ID = test.id
				}
				if o, ok := c.observations[subject]; !ok || o.Unreadable != test.why {
					t.Errorf("observation = %+v, %t; want it unreadable because %q", o, ok, test.why)
				}
			})
		})
	}
}

// TestFault4FieldOfMostCards has a field that cannot be read of most cards: it is
// the listing that is odd, and no card is. The sweep takes several runs.
func TestFault4FieldOfMostCards(t *testing.T) {
	t.Parallel()
	const cards = 8000
	noStatus, noTime := "the listing's Status is missing", "the listing's ExpireTime is no time"
	tests := []struct {
		name   string
		garble func(n int, i *linkcard.CardInfo)
		why    string
		failed int
		common int // of them, that are no cards' own
	}{
		{"no status at all", func(_ int, i *linkcard.CardInfo) { i.Status = "" }, noStatus, cards, cards},
		{"another form of time", func(_ int, i *linkcard.CardInfo) { i.ExpireTime = "1 Jan 2001" }, noTime, cards, cards},
		{"the last card", func(n int, i *linkcard.CardInfo) {
			if n == cards-1 {
				i.Status = ""
			}
		}, noStatus, 1, 0},
		{"every third card", func(n int, i *linkcard.CardInfo) {
			if n%3 == 0 {
				i.Status = ""
			}
		}, noStatus, (cards + 2) / 3, 0},
		{"three pages", func(n int, i *linkcard.CardInfo) {
			if n < 120 {
				i.Status = ""
			}
		}, noStatus, 120, 120},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(cards, 0).limited(0)
				for n := range a.cards {
					test.garble(n, &a.cards[n])
				}
				c := newCaller(a, nil)
				for runs := 0; runs == 0 || c.at.Finished.IsZero(); runs++ {
					runCut(t, c, 3*time.Second)
				}
				check(t, c, cards-test.failed, test.failed)
				common, own := 0, 0
				for _, o := range c.observations {
					switch {
					case o.Common && o.Unreadable == test.why:
						common++
					case o.Unreadable == test.why:
						own++
					}
				}
				if common != test.common || own != test.failed-test.common {
					t.Errorf("%d cards are unreadable with most others and %d of their own, want %d of %d", common, own, test.common, test.failed)
				}
				want := ""
				if test.common > 0 {
					want = test.why
				}
				if f := c.at.Fleet(); f.Odd != test.common || f.OddWhy != want {
					t.Errorf("fleet = %+v, want %d cards with %q", f, test.common, want)
				}
			})
		})
	}
}

// TestFault4SmallFleet names each card of a few, though all are odd.
func TestFault4SmallFleet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(3, 0)
		for n := range a.cards {
			a.cards[n].Status = ""
		}
		c := newCaller(a, nil)
		c.sweep(t)
		check(t, c, 0, 3)
		if c.observations[cardOf(0)].Common || c.at.Fleet().Odd != 0 {
			t.Errorf("observation = %+v, want it of its own", c.observations[cardOf(0)])
		}
	})
}

// TestFault4FieldsThatCanBeReadAreKept evaluates a card by what it has.
func TestFault4FieldsThatCanBeReadAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(40, 40)
		a.cards[0].ExpireTime = "never"
		c := newCaller(a, nil)
		c.sweep(t)
		o := c.observations[cardOf(0)]
		if ratio, _ := o.Ratio.Value(); o.Unreadable == "" || ratio != 0.9 || o.Lookup != rule.LookedUp || o.Package != "100M" {
			t.Errorf("observation = %+v, want it unreadable, with its usage and its package", o)
		}
	})
}

// TestFault4UnreadableLookups has lookups that say nothing sure.
func TestFault4UnreadableLookups(t *testing.T) {
	t.Parallel()
	odd := func(data linkcard.CardFlow) func(*account) {
		return func(a *account) { a.flows[iccid(0)] = data }
	}
	tests := []struct {
		name   string
		answer func(*account)
		why    string
	}{
		{"not there, though listed", func(a *account) {
			a.onFlow = func(int, string) error { return failure(aliyun.NotFound, "linkcard.common.CardNotExist") }
		}, "the account lists the card, but says that it does not exist"},
		{"destroyed", func(a *account) {
			a.cards[0].Status = "50"
			a.onFlow = func(int, string) error { return failure(aliyun.NotFound, "linkcard.common.CardDestroy") }
		}, ""},
		{"no time", odd(linkcard.CardFlow{ListPackageDTO: []linkcard.PackageDTO{{ExpireTime: "2026-13-45 25:61:61"}}}), "the ExpireTime of the card's package is no time"},
		{"odd list", odd(linkcard.CardFlow{Garbled: []string{"ListPackageDTO"}}), "the card's packages cannot be read"},
		{"odd usage", odd(linkcard.CardFlow{
			ListPackageDTO:   []linkcard.PackageDTO{{ExpireTime: "2001-01-01 00:00:00"}},
			ListVendorDetail: []linkcard.VendorDetail{{UsedFlow: "12 parsecs", Ratio: "most"}},
		}), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(40, 40)
				test.answer(a)
				c := newCaller(a, nil)
				c.sweep(t)
				failed := 1
				if test.why == "" {
					failed = 0
				}
				check(t, c, 40-failed, failed)
				o := c.observations[cardOf(0)]
				if ratio, _ := o.Ratio.Value(); o.Unreadable != test.why || ratio != 0.9 || o.Expires.IsZero() {
					t.Errorf("observation = %+v, want what the listing says, and %q", o, test.why)
				}
				if _, kept := c.known.Lookups[iccidOf(0)]; kept != (test.name == "odd usage") {
					t.Errorf("a lookup was kept: %t", kept)
				}
			})
		})
	}
}

// TestFault4Pools has a pool that is not answered, or not understood.
func TestFault4Pools(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer func(*account)
		why    string
	}{
		{"in order", func(*account) {}, ""},
		{"empty", func(a *account) { a.pools["P"] = linkcard.PoolStatistics{} }, "the answer does not say how much of the plan's data is used"},
		{"unavailable", func(a *account) {
			a.onPool = func(string) error { return failure(aliyun.Unavailable, "Service.InternalError") }
		}, "the plan's data was not answered: unavailable (Service.InternalError)"},
		{"unknown, though a card names it", func(a *account) { delete(a.pools, "P") }, "the plan's data was not answered: invalid (" + linkcard.CredentialUnknown + ")"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newPooled(400)
				test.answer(a)
				c := newCaller(a, nil)
				c.known.Open[poolOf("P")] = openSince
				c.sweep(t)
				check(t, c, 400, 0)
				o := c.observations[poolOf("P")]
				if o.Unreadable != test.why || o.Missing || len(a.asked) != 1 || c.at.Counts.PoolCalls != 1 {
					t.Errorf("observation of the pool after %d calls = %+v, want one call and %q", len(a.asked), o, test.why)
				}
				if ratio, _ := o.Ratio.Value(); test.why == "" && ratio != 0.75 {
					t.Errorf("observation of the pool = %+v, want 75%%", o)
				}
			})
		})
	}
}

// newPooled has an account of which all cards but the first ten share a pool.
func newPooled(cards int) *account {
	a := newAccount(cards, 0)
	a.pools["P"] = linkcard.PoolStatistics{EffectiveTotalFlow: "12GB", EffectiveAvailableFlow: "3GB"}
	for i := 10; i < cards; i++ {
		a.cards[i].DataType, a.cards[i].CredentialNo = "sameflowcard", "P"
	}
	return a
}
