package aliyuntest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

// TestPoisonCard breaks the pages that have the card, at every size, and no other.
func TestPoisonCard(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{Cards: 80, QPS: map[string]int{"ListCardInfo": 1000}})
	s.PoisonCard(s.ICCID(47), aliyuntest.Status500)
	for size, broken := range map[string]string{"40": "2", "25": "2", "15": "4", "10": "5"} {
		for _, no := range []string{"1", "2", "3", "4", "5"} {
			got := c.get(t, "ListCardInfo", "PageNo", no, "PageSize", size)
			if (got.status == 500) != (no == broken) {
				t.Errorf("page %s of %s = %d, want page %s broken", no, size, got.status, broken)
			}
		}
	}
	s.RemoveCard(s.ICCID(0)) // those behind it move up
	if got := c.get(t, "ListCardInfo", "PageNo", "2", "PageSize", "40"); got.status != 500 {
		t.Errorf("the second page after a removal = %d, want 500", got.status)
	}
	if got := c.get(t, "GetCardFlowInfo", "Iccid", s.ICCID(47)); got.status != 200 {
		t.Errorf("lookup of the card = %d, want 200", got.status)
	}
	s.PoisonCard(s.ICCID(47), "")
	if got := c.get(t, "ListCardInfo", "PageNo", "2", "PageSize", "40"); got.status != 200 {
		t.Errorf("the page once the card is healed = %d, want 200", got.status)
	}
}

// TestGarbleCard spoils one card of a page, for as long as it is asked to.
func TestGarbleCard(t *testing.T) {
	t.Parallel()
	tests := map[aliyuntest.Garbling]string{ // a part of the page
		aliyuntest.OddUsage:  `"PeriodAddFlow":[1]`,
		aliyuntest.OddExpiry: `"ExpireTime":{"time":"`,
		aliyuntest.OddTags:   `"TagList":"field"`,
		aliyuntest.OddICCID:  `"Iccid":{"number":"`,
		aliyuntest.TextCard:  `,"898603`,
		aliyuntest.NullCard:  `},null,{`,
		aliyuntest.BadUsage:  `"PeriodAddFlow":"12 parsecs"`,
		aliyuntest.BadExpiry: `"ExpireTime":"2026-13-45 25:61:61"`,
		aliyuntest.BadICCID:  `"Iccid":"8986-03?"`,
		aliyuntest.NoStatus:  `"SimType":"plug","TagList":`, // "Status" would be between them
	}
	if len(tests) != len(aliyuntest.Garblings()) {
		t.Errorf("%d garblings are tested, want all %d", len(tests), len(aliyuntest.Garblings()))
	}
	for way, want := range tests {
		s, c := setup(t, aliyuntest.Options{Cards: 30})
		s.GarbleCard(s.ICCID(4), way)
		got := c.get(t, "ListCardInfo", "PageNo", "1", "PageSize", "10")
		if n := len(decode[page](t, got.body).Data.List); n != 10 || strings.Count(got.body, want) != 1 {
			t.Errorf("page with %s has %d cards, want 10 with one %s:\n%s", way, n, want, got.body)
		}
		if got := c.get(t, "ListCardInfo", "PageNo", "1", "PageSize", "10", "Format", "XML"); got.status != 200 {
			t.Errorf("page with %s as XML = %d, want 200", way, got.status)
		}
		s.GarbleCard(s.ICCID(4))
		c.list(t, 1, 10)
	}
}

// TestCardsOfManyKinds shows stock, several packages, long periods, and cards that
// one action knows and the other does not.
func TestCardsOfManyKinds(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{Cards: 30, QPS: map[string]int{"GetCardFlowInfo": 1000}})
	s.SetCard(s.ICCID(0), func(card *aliyuntest.Card) {
		*card = aliyuntest.Card{Status: aliyuntest.StatusUnused, Vendor: "CMCC"}
	})
	s.SetCard(s.ICCID(1), func(card *aliyuntest.Card) {
		card.Packages = []aliyuntest.Package{
			{Name: "base", Effective: noon.AddDate(-1, 0, 0), Expires: noon.AddDate(73, 0, 0)},
			{Name: "later", Effective: noon.AddDate(0, 1, 0), Expires: noon.AddDate(0, 2, 0), Remark: "after a gap"},
		}
	})
	s.SetCard(s.ICCID(2), func(card *aliyuntest.Card) {
		card.Period, card.UsedBytes = aliyuntest.PeriodQuarter, 30<<20
	})
	s.SetCard(s.ICCID(3), func(card *aliyuntest.Card) { card.Unknown = true })
	s.SetCard(s.ICCID(4), func(card *aliyuntest.Card) { card.Unlisted = true })
	s.SetCard(s.ICCID(5), func(card *aliyuntest.Card) {
		card.DayBytes = func(day time.Time) int64 { return int64(day.Day()) << 20 }
	})
	s.SetCard(s.ICCID(6), func(card *aliyuntest.Card) { card.Packages = []aliyuntest.Package{} })
	page := c.list(t, 1, 10).Data
	stock := page.List[0]
	got := []string{stock.Iccid, stock.Status, stock.ExpireTime, stock.ActiveTime, stock.DataLevel, stock.PeriodAddFlow, page.List[2].Period, page.List[4].Iccid}
	if diff := cmp.Diff([]string{s.ICCID(0), "20", "", "", "", "0KB", "1103", s.ICCID(5)}, got); diff != "" || page.Total != 29 {
		t.Errorf("listing of %d (-want +got):\n%s", page.Total, diff)
	}
	flow := func(i int) cardFlow {
		return decode[cardFlow](t, c.get(t, "GetCardFlowInfo", "Iccid", s.ICCID(i)).body)
	}
	if packages := flow(1).Data.ListPackageDTO; len(packages) != 2 || packages[1].PackageName != "later" || packages[1].EffectiveTime != "2026-12-18 12:00:00" {
		t.Errorf("packages = %+v, want both", packages)
	}
	if n := len(flow(0).Data.ListPackageDTO) + len(flow(6).Data.ListPackageDTO); n != 0 {
		t.Errorf("%d packages of cards that have none", n)
	}
	if month := flow(2).Data.ListCardMonthFlow[1]; month.FlowCount != "10MB" {
		t.Errorf("this month of a quarter with 30MB = %s, want a third", month.FlowCount)
	}
	if flow(3).Code != "linkcard.common.CardNotExist" || flow(4).Code != "200" {
		t.Errorf("lookups = %s, %s; want the listed card unknown and the unlisted one known", flow(3).Code, flow(4).Code)
	}
	if month := flow(5).Data.ListCardMonthFlow[0]; month.FlowCount != "496MB" || month.ListDayFlow[30].Flow != "31MB" {
		t.Errorf("October by the day = %s, want 31 days that add up to 496MB", month.FlowCount)
	}
	s.SetCard(s.ICCID(4), func(card *aliyuntest.Card) { card.Unlisted = false })
	if back := c.list(t, 1, 10).Data; back.List[4].Iccid != s.ICCID(4) || back.Total != 30 {
		t.Errorf("listing of %d, want the card listed again", back.Total)
	}
}

// TestRefreshOnUse wants FlowLatestModifiedTime to say when usage changed.
func TestRefreshOnUse(t *testing.T) {
	t.Parallel()
	now := noon
	s, c := setup(t, aliyuntest.Options{RefreshOnUse: true, Now: func() time.Time { return now }})
	refreshed := func() string { return c.list(t, 1, 10).Data.List[0].FlowLatestModifiedTime }
	var got []string
	for _, edit := range []func(*aliyuntest.Card){
		func(*aliyuntest.Card) {},
		func(card *aliyuntest.Card) { card.Remark = "nothing used" },
		func(card *aliyuntest.Card) { card.UsedBytes += 1 << 20 },
		func(card *aliyuntest.Card) { card.Remark = "nothing used since" },
		func(card *aliyuntest.Card) { card.UsedBytes, card.Refreshed = 0, noon },
	} {
		now = now.AddDate(0, 0, 1)
		s.SetCard(s.ICCID(0), edit)
		got = append(got, refreshed())
	}
	want := []string{"2026-11-18 00:00:00", "2026-11-18 00:00:00", "2026-11-21 12:00:00", "2026-11-21 12:00:00", "2026-11-18 12:00:00"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("FlowLatestModifiedTime (-want +got):\n%s", diff)
	}
}

// TestPageOfALargeFleet wants a page to cost what its cards cost, whatever the
// fleet, a page in it that is broken, and cards that were removed.
func TestPageOfALargeFleet(t *testing.T) { //nolint:paralleltest // counts every allocation there is
	cost := func(cards int) float64 {
		s, c := setup(t, aliyuntest.Options{Cards: cards, QPS: map[string]int{"ListCardInfo": 1 << 20}})
		s.RemoveCard(s.ICCID(1))
		s.PoisonCard(s.ICCID(200), aliyuntest.Status500)
		return testing.AllocsPerRun(20, func() { c.list(t, 2, 40) })
	}
	if small, large := cost(400), cost(100_000); large > 1.1*small {
		t.Errorf("a page of 100,000 cards makes %.0f allocations, one of 400 %.0f; want the same", large, small)
	}
}
