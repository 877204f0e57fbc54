//go:build long

package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"signalbox/shared/aliyun/aliyuntest"
)

// TestLookupsDenied wants cards judged by the listing alone, one incident of the
// fleet that says why, and its end once lookups are allowed again.
func TestLookupsDenied(t *testing.T) {
	t.Parallel()
	for platform, start := range platforms {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 160)
			o.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.NoPermission, Count: -1})
			f := start(t, o)
			if r := f.sweep(); r.Checked != 160 || r.Failed != 0 {
				t.Errorf("sweep = %+v, want 160 cards checked", r)
			}
			text := said(o.arrived())
			wants(t, text, "Hardly any card can be looked up", "linkcard:GetCardFlowInfo", o.cloud.ICCID(1), o.cloud.ICCID(2))
			calls := len(o.cloud.Calls("GetCardFlowInfo"))
			if r := f.sweep(); r.Opened+r.Resolved+r.Messages != 0 {
				t.Errorf("second sweep = %+v, want nothing new\n%s", r, said(o.arrived()))
			}
			if calls > 30 {
				t.Errorf("%d lookups, want few where all are denied", calls)
			}
			o.cloud.ClearFaults()
			f.sweep()
			text = said(o.arrived())
			wants(t, text, "Cards can be looked up again")
			lacks(t, text, o.cloud.ICCID(1), o.cloud.ICCID(2))
		})
	}
}

// TestLyingListings wants an incident of the fleet where the listing cannot be
// true, nothing resolved, and nothing but its end once the listing is right again.
func TestLyingListings(t *testing.T) {
	t.Parallel()
	const complete, incomplete, distrusted = "", "Listing of the fleet is not complete", "Listing of the fleet cannot be trusted"
	tests := []struct {
		fault  aliyuntest.Fault
		seen   int // of 200 cards
		failed int // of them, at most
		says   string
	}{
		{aliyuntest.Fault{Kind: aliyuntest.OnePage}, 200, 0, complete},
		{aliyuntest.Fault{Kind: aliyuntest.NoPageCount}, 200, 0, complete},
		{aliyuntest.Fault{Kind: aliyuntest.NoTotal}, 200, 0, complete},
		{aliyuntest.Fault{Kind: aliyuntest.TotalAsText}, 200, 0, complete},
		{aliyuntest.Fault{Kind: aliyuntest.FewerCards, Percent: 20}, 160, 0, incomplete},
		{aliyuntest.Fault{Kind: aliyuntest.FewerCards, Percent: 60}, 80, 0, distrusted},
		{aliyuntest.Fault{Kind: aliyuntest.FewerCards, Percent: 100}, 0, 0, distrusted},
		{aliyuntest.Fault{Kind: aliyuntest.OtherAccount}, 200, 200, distrusted},     // none of them is the fleet's
		{aliyuntest.Fault{Kind: aliyuntest.ShiftedPage}, 200, 5, incomplete},        // the last five cards are on no page
		{aliyuntest.Fault{Kind: aliyuntest.ShortPage, Page: "2"}, 200, 0, complete}, // smaller pages are as they should be
		{aliyuntest.Fault{Kind: aliyuntest.EmptyPage, Page: "2"}, 200, 0, complete},
		{aliyuntest.Fault{Kind: aliyuntest.ListAsText, Page: "2"}, 200, 0, complete},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.fault.Kind, tt.fault.Percent), func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 200)
			f := o.start(t)
			open := f.sweep().Open
			o.arrived()
			tt.fault.Action, tt.fault.Count = "ListCardInfo", -1
			o.cloud.Inject(tt.fault)
			r := f.sweep()
			if r.Failed > tt.failed || r.Checked+r.Failed != tt.seen || r.Resolved != 0 || r.Open < open {
				t.Errorf("sweep = %+v, want %d cards, at most %d failed, nothing resolved, %d or more open", r, tt.seen, tt.failed, open)
			}
			if tt.says == distrusted && r.Opened != 1 {
				t.Errorf("sweep = %+v, want no incident but the fleet's", r)
			}
			text := said(o.arrived())
			wants(t, text, tt.says)
			if r = f.sweep(); r.Resolved+r.Messages != 0 || r.Open < open {
				t.Errorf("second sweep = %+v, want nothing resolved\n%s", r, said(o.arrived()))
			}
			o.cloud.ClearFaults()
			f.sweep()
			if r = f.sweep(); r.Open < open || r.Failed != 0 {
				t.Errorf("after the fault: %+v, want none failed and %d or more open", r, open)
			}
			text = said(o.arrived())
			if tt.says != complete {
				wants(t, text, "Listing of the fleet is complete again")
			}
			for i := range o.cloud.Cards() {
				lacks(t, text, o.cloud.ICCID(i))
			}
		})
	}
}

// TestPoisonedCard wants at most ten cards lost to one that breaks its page, or
// empties it.
func TestPoisonedCard(t *testing.T) {
	t.Parallel()
	for kind, why := range map[aliyuntest.Kind]string{
		aliyuntest.Huge:      "a page of the listing was not answered: ",
		aliyuntest.EmptyPage: "the listing counts cards that it does not list",
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			o := newOutside(t, 200)
			o.cloud.PoisonCard(o.cloud.ICCID(57), kind)
			f := o.start(t)
			if r := f.sweep(); r.Failed != 10 || r.Checked != 190 {
				t.Errorf("sweep = %+v, want 190 checked and 10 failed", r)
			}
			wants(t, said(o.arrived()), "Listing of the fleet is not complete", o.cloud.ICCID(1), o.cloud.ICCID(2),
				"10 cards could not be checked: "+why)
			o.cloud.PoisonCard(o.cloud.ICCID(57), "")
			if r := f.sweep(); r.Failed != 0 || r.Checked != 200 {
				t.Errorf("sweep of healed cards = %+v, want 200 checked", r)
			}
		})
	}
}

// TestGarbledFields wants an odd field to cost that field alone.
func TestGarbledFields(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120)
	o.cloud.GarbleCard(o.cloud.ICCID(1), aliyuntest.OddUsage)
	o.cloud.GarbleCard(o.cloud.ICCID(2), aliyuntest.OddTags)
	f := o.start(t)
	if r := f.sweep(); r.Checked+r.Failed != 120 || r.Failed > 1 {
		t.Errorf("sweep = %+v, want 120 cards checked, but for one at most", r)
	}
	text := said(o.arrived())
	wants(t, text, "Package ends soon", o.cloud.ICCID(1), "Usage is over its threshold", o.cloud.ICCID(2),
		"the listing's PeriodAddFlow is no amount of data")
}

// TestMissingStatus wants a card without a status named, and one incident of the
// fleet where no card has one.
func TestMissingStatus(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120)
	o.cloud.GarbleCard(o.cloud.ICCID(40), aliyuntest.NoStatus)
	f := o.start(t)
	if r := f.sweep(); r.Failed != 1 || r.Checked != 119 {
		t.Errorf("sweep = %+v, want 119 checked and 1 failed", r)
	}
	text := said(o.arrived())
	wants(t, text, "Card cannot be checked in full", o.cloud.ICCID(40), "the listing's Status is missing")
	lacks(t, text, "Listing of the fleet")
	o.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.GarbledPage, Garbling: aliyuntest.NoStatus, Count: -1})
	if r := f.sweep(); r.Failed != 120 || r.Opened != 1 || r.Resolved != 0 {
		t.Errorf("sweep without any status = %+v, want 120 failed and one incident", r)
	}
	wants(t, said(o.arrived()), "Listing of the fleet is not complete", "for 120 cards the listing's Status is missing")
	o.cloud.ClearFaults()
	if r := f.sweep(); r.Failed != 1 || r.Resolved != 1 {
		t.Errorf("sweep with them again = %+v, want that incident resolved", r)
	}
}

// TestUnreadableCards wants cards that cannot be judged counted as failed in each
// of three sweeps, and named in the first alone.
func TestUnreadableCards(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 120)
	o.cloud.GarbleCard(o.cloud.ICCID(40), aliyuntest.BadExpiry)
	o.cloud.GarbleCard(o.cloud.ICCID(41), aliyuntest.BadICCID)
	o.cloud.GarbleCard(o.cloud.ICCID(42), aliyuntest.NullCard)
	o.cloud.SetCard(o.cloud.ICCID(2), func(c *aliyuntest.Card) { c.Unknown = true })
	f := o.start(t)
	for i := range 3 {
		if r := f.sweep(); r.Failed != 4 || r.Checked != 116 || i > 0 && r.Messages != 0 {
			t.Errorf("sweep %d = %+v, want 4 failed, and a message after the first alone", i+1, r)
		}
	}
	text := said(o.arrived())
	wants(t, text, "Card cannot be checked in full", o.cloud.ICCID(40), "8986-03?", o.cloud.ICCID(2))
	if n := strings.Count(text, "8986-03?"); n != 1 {
		t.Errorf("the card is named %d times, want once\n%s", n, text)
	}
}
