package fleet_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/quota"
)

var shanghai = time.FixedZone("CST", 8*60*60)

// policy has the rules that look cards up.
var policy = rule.Policy{Default: rule.Settings{rule.Expiry{Days: []int{30, 14, 7}}, rule.Usage{Percent: []int{80, 90}}}}

// newCloud has the whole client before a fake of Alibaba.
func newCloud(t *testing.T, cards int, edit func(*fleet.Config)) (*aliyuntest.Server, *caller) {
	t.Helper()
	cloud := aliyuntest.New(aliyuntest.Options{Cards: cards})
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    "https://linkcard.aliyuncs.com",
		Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		Quota:       quota.NewLocal(20).Background(),
		HTTPClient:  &http.Client{Transport: cloud.Transport()},
		Background:  true,
	})
	if err != nil {
		t.Fatal(err)
	}
	client := linkcard.New(api)
	return cloud, newCaller(newAccount(0, 0), func(c *fleet.Config) {
		c.Cards, c.Pools, c.Rules, c.Zone = client, client, policy, shanghai
		if edit != nil {
			edit(c)
		}
	})
}

// mayFire counts the cards that a rule fires on, by the fake's own data.
func mayFire(cloud *aliyuntest.Server) int {
	n := 0
	for i := range cloud.Cards() {
		c, _ := cloud.Card(cloud.ICCID(i))
		if time.Until(c.Expires) <= 30*24*time.Hour || c.UsedBytes*100 >= c.PackageBytes*80 {
			n++
		}
	}
	return n
}

// TestFaultsOfTheCloud has each fault strike one page, or one lookup in three.
func TestFaultsOfTheCloud(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault  aliyuntest.Fault
		failed int
	}{
		{aliyuntest.Fault{Kind: aliyuntest.NoPageCount, Count: -1}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.OnePage, Count: -1}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.NoTotal, Count: -1}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.TotalAsText, Count: -1}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.TotalOdd, Count: -1}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.FewerTotal, Count: -1, Percent: 41}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.ShortPage, Page: "4", Count: -1}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.ShiftedPage, Page: "4", Count: -1}, 5},
		{aliyuntest.Fault{Kind: aliyuntest.ShiftedPage, Page: "4"}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.EmptyPage, Page: "4", Count: -1}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.EmptyPage, Page: "1"}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.ListAsText, Page: "4"}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.GarbledPage, Page: "4"}, 40},
		{aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.Status500, Page: "4", Count: 7}, 0},
		{aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.Truncated, Page: "4"}, 0},
		{aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.Status500, Count: 30}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.UnknownCard, Count: 3}, 3},
		{aliyuntest.Fault{Kind: aliyuntest.NoPackages, Count: 3}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.NoData, Count: 3}, 0},
		{aliyuntest.Fault{Kind: aliyuntest.OddFlow, Count: 3}, 3},
		{aliyuntest.Fault{Kind: aliyuntest.UnreadableFlow, Count: 3}, 3},
	}
	for _, test := range tests {
		t.Run(string(test.fault.Kind)+" "+test.fault.Page, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cloud, c := newCloud(t, 400, nil)
				cloud.Inject(test.fault)
				c.sweep(t)
				check(t, c, 400-test.failed, test.failed)
				cloud.ClearFaults()
				c.sweep(t)
				check(t, c, 400, 0)
				if n := len(c.known.Lookups); n != mayFire(cloud) {
					t.Errorf("%d lookups are kept, want one for each of %d cards", n, mayFire(cloud))
				}
			})
		})
	}
}

// TestFault3PoisonedCard loses ten cards with the one that breaks its page.
func TestFault3PoisonedCard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud, c := newCloud(t, 4000, nil)
		cloud.PoisonCard(cloud.ICCID(125), aliyuntest.Status500)
		cloud.PoisonCard(cloud.ICCID(2001), aliyuntest.RAMDenied200)
		cloud.PoisonCard(cloud.ICCID(3999), aliyuntest.Truncated)
		c.sweep(t)
		check(t, c, 3970, 30)
	})
}

// TestFault3BrokenPageCostsLittleTime has pages that break for ever: the circuit
// breaker stays closed.
func TestFault3BrokenPageCostsLittleTime(t *testing.T) {
	t.Parallel()
	for _, cards := range [][]int{{125}, {125, 139}, {121, 131, 141, 151}} {
		t.Run(fmt.Sprint(cards), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cloud, c := newCloud(t, 400, func(c *fleet.Config) { c.Rules = usage{} })
				for _, i := range cards {
					cloud.PoisonCard(cloud.ICCID(i), aliyuntest.Status500)
				}
				start := time.Now()
				c.sweep(t)
				check(t, c, 400-10*len(cards), 10*len(cards))
				if took := time.Since(start); took > 6*time.Second {
					t.Errorf("the sweep took %v, want at most 6s", took)
				}
			})
		})
	}
}

// TestFault3OutageOfASecond has no page answered for a while, as long as the attempts
// at two pages take: they are read again when others can be.
func TestFault3OutageOfASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, down := newAccount(4000, 0), 0
		a.onList = func(call int, _ linkcard.ListCardInfoRequest, _ *linkcard.CardPage) error {
			if call > 20 && down < 10 { // two pages, and each in tens
				down++
				return failure(aliyun.Unavailable, "ServiceUnavailable")
			}
			return nil
		}
		c := newCaller(a, nil)
		c.sweep(t)
		check(t, c, 4000, 0)
	})
}

// TestFault3ShortPage loses at most ten cards with one that makes its page empty
// or short: HTTP 200, and fewer cards than the total says.
func TestFault3ShortPage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind          aliyuntest.Kind
		cards         []int
		failed, calls int
	}{
		{aliyuntest.EmptyPage, []int{125}, 10, 10 + 1 + 4},
		{aliyuntest.ShortPage, []int{145}, 5, 10 + 1 + 4},
		{aliyuntest.EmptyPage, []int{0}, 10, 10 + 1 + 4},
		{aliyuntest.EmptyPage, []int{399}, 10, 10 + 1 + 4},
		{aliyuntest.EmptyPage, []int{45, 55, 125}, 30, 10 + 2*(1+4)},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.kind, test.cards), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cloud, c := newCloud(t, 400, nil)
				for _, i := range test.cards {
					cloud.PoisonCard(cloud.ICCID(i), test.kind)
				}
				c.sweep(t)
				check(t, c, 400-test.failed, test.failed)
				if n := c.at.Counts.ListCalls; n != test.calls {
					t.Errorf("%d listing calls, want %d", n, test.calls)
				}
			})
		})
	}
}

// TestFault3ShortPagesAreBounded has a listing all of whose pages are short: few
// of them are read again in tens.
func TestFault3ShortPagesAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud, c := newCloud(t, 4000, nil)
		for i := 27; i < 4000; i += 40 {
			cloud.PoisonCard(cloud.ICCID(i), aliyuntest.ShortPage)
		}
		c.sweep(t)
		failed := 10*5 + 90*20
		check(t, c, 4000-failed, failed)
		if n := c.at.Counts.ListCalls; n != 100+100+10*4 {
			t.Errorf("%d listing calls, want each page twice and ten in tens", n)
		}
	})
}

// TestFault4GarbledCards has a card of each garbling.
func TestFault4GarbledCards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud, c := newCloud(t, 400, nil)
		for i, way := range aliyuntest.Garblings() {
			cloud.GarbleCard(cloud.ICCID(10*i), way)
		}
		c.sweep(t)
		check(t, c, 400-9, 9) // tags are no reason to fail
	})
}

// TestFilteredSweep lists only what may fire, each card once.
func TestFilteredSweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		filters, err := fleet.NewFilters([]int{30, 7}, []int{80, 100})
		if err != nil {
			t.Fatal(err)
		}
		cloud, c := newCloud(t, 2000, func(c *fleet.Config) { c.Filters = filters })
		cloud.SetCard(cloud.ICCID(1), func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes }) // on both lists
		cloud.SetCard(cloud.ICCID(3), func(c *aliyuntest.Card) { c.Expires = time.Now().AddDate(-5, 0, 0) })
		c.sweep(t)
		want := mayFire(cloud)
		check(t, c, want, 0)
		if f := c.at.Fleet(); f.Total != want || f.Listed != want || f.Before != 0 || len(cloud.Calls("GetCardFlowInfo")) != want {
			t.Errorf("fleet = %+v after %d lookups, want %d cards", f, len(cloud.Calls("GetCardFlowInfo")), want)
		}
		// A card that is renewed is on no list any more, but has an incident.
		renewed := cardOf(0)
		renewed.ID = cloud.ICCID(1)
		cloud.SetCard(renewed.ID, func(c *aliyuntest.Card) { c.UsedBytes, c.Expires = 0, c.Expires.AddDate(1, 0, 0) })
		c.known.Open[renewed] = openSince
		c.sweep(t)
		check(t, c, want-1, 0)
		if o := c.observations[renewed]; o.Missing || o.Status != aliyuntest.StatusInUse {
			t.Errorf("observation of a card that was renewed: %+v, want what the listing says of it alone", o)
		}
	})
}

// TestFilteredSweepGoesOn cuts a sweep off in each of its listings.
func TestFilteredSweepGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud, c := newCloud(t, 2000, func(c *fleet.Config) { c.Filters = fleet.Filters{ExpiryDays: 30, RestPercent: 20} })
		for i := 1000; i < 2000; i++ {
			cloud.SetCard(cloud.ICCID(i), func(c *aliyuntest.Card) {
				c.UsedBytes = c.PackageBytes
				if i%2 == 0 {
					c.Expires = time.Now().Add(time.Hour)
				}
			})
		}
		runs := 0
		for runs == 0 || c.at.Finished.IsZero() {
			runCut(t, c, 8*time.Second)
			runs++
		}
		want := mayFire(cloud)
		check(t, c, want, 0)
		if n := len(cloud.Calls("GetCardFlowInfo")); n != want || runs < 5 {
			t.Errorf("%d lookups in %d runs, want %d in several", n, runs, want)
		}
	})
}

func TestNewFilters(t *testing.T) {
	t.Parallel()
	tests := []struct {
		days, percents []int
		want           fleet.Filters
		refused        bool
	}{
		{[]int{30, 1}, []int{90, 80}, fleet.Filters{ExpiryDays: 30, RestPercent: 20}, false},
		{nil, []int{100}, fleet.Filters{RestPercent: 10}, false},
		{[]int{3}, nil, fleet.Filters{ExpiryDays: 3}, false},
		{[]int{3}, []int{50, 80}, fleet.Filters{}, true},
		{nil, nil, fleet.Filters{}, true},
	}
	for _, test := range tests {
		got, err := fleet.NewFilters(test.days, test.percents)
		if got != test.want || (err != nil) != test.refused {
			t.Errorf("NewFilters(%v, %v) = %+v, %v; want %+v", test.days, test.percents, got, err, test.want)
		}
	}
}

// TestSlowFirstPage has a part become due while the first page is being read.
func TestSlowFirstPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(40, 0).limited(25 * time.Second)
		s := fleet.New(fleet.Config{Cards: a, Rules: usage{}})
		var last fleet.Checkpoint
		for part, err := range s.Scan(t.Context(), fleet.Begin(time.Now(), fleet.Census{}), fleet.Known{}) {
			if err != nil {
				t.Fatal(err)
			}
			last = part.Checkpoint
		}
		if last.Counts.Checked != 40 {
			t.Errorf("checked %d cards, want 40", last.Counts.Checked)
		}
	})
}
