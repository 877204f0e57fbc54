package aliyuntest_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

// page is ListCardInfo's answer, whatever is in it.
type page struct {
	Code string
	Data struct {
		PageCount, Total any
		List             []any
	}
}

// iccids are the numbers in a page, as far as its cards have any.
func (p page) iccids() []string {
	var ids []string
	for _, element := range p.Data.List {
		if card, ok := element.(map[string]any); ok {
			id, _ := card["Iccid"].(string)
			ids = append(ids, id)
		}
	}
	return ids
}

// TestListingLies has page 2 of 60 cards lie in every way.
func TestListingLies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault     aliyuntest.Fault
		pages     any
		total     any
		first     int // index of the first card; -1: none of this account's
		cards     int
		ofAccount int // how many of the cards are this account's
	}{
		{aliyuntest.Fault{Kind: aliyuntest.NoPageCount}, 0.0, 60.0, 10, 10, 10},
		{aliyuntest.Fault{Kind: aliyuntest.OnePage}, 1.0, 60.0, 10, 10, 10},
		{aliyuntest.Fault{Kind: aliyuntest.NoTotal}, 0.0, 0.0, 10, 10, 10},
		{aliyuntest.Fault{Kind: aliyuntest.TotalAsText}, "6", "60", 10, 10, 10},
		{aliyuntest.Fault{Kind: aliyuntest.TotalOdd}, []any{6.0}, map[string]any{"n": 60.0}, 10, 10, 10},
		{aliyuntest.Fault{Kind: aliyuntest.FewerTotal, Percent: 10}, 6.0, 54.0, 10, 10, 10},
		{aliyuntest.Fault{Kind: aliyuntest.FewerTotal, Percent: 100}, 0.0, 0.0, 10, 10, 10},
		{aliyuntest.Fault{Kind: aliyuntest.FewerCards, Percent: 75}, 2.0, 15.0, 10, 5, 5},
		{aliyuntest.Fault{Kind: aliyuntest.FewerCards, Percent: 100}, 0.0, 0.0, 10, 0, 0},
		{aliyuntest.Fault{Kind: aliyuntest.OtherAccount}, 6.0, 60.0, -1, 10, 0},
		{aliyuntest.Fault{Kind: aliyuntest.ShortPage}, 6.0, 60.0, 10, 5, 5},
		{aliyuntest.Fault{Kind: aliyuntest.ShortPage, Percent: 10}, 6.0, 60.0, 10, 9, 9},
		{aliyuntest.Fault{Kind: aliyuntest.ShiftedPage}, 6.0, 60.0, 5, 10, 10},
		{aliyuntest.Fault{Kind: aliyuntest.RepeatedCard}, 6.0, 60.0, 10, 20, 20},
		{aliyuntest.Fault{Kind: aliyuntest.GarbledPage, Garbling: aliyuntest.BadICCID}, 6.0, 60.0, -1, 10, 0},
		{aliyuntest.Fault{Kind: aliyuntest.GarbledPage}, 6.0, 60.0, 10, 10, 10},
		{aliyuntest.Fault{Kind: aliyuntest.EmptyPage}, 6.0, 60.0, 10, 0, 0},
	}
	for _, tt := range tests {
		t.Run(string(tt.fault.Kind), func(t *testing.T) {
			t.Parallel()
			s, c := setup(t, aliyuntest.Options{Cards: 60})
			s.Inject(tt.fault)
			got := decode[page](t, c.get(t, "ListCardInfo", "PageNo", "2", "PageSize", "10").body)
			if diff := cmp.Diff([]any{tt.pages, tt.total}, []any{got.Data.PageCount, got.Data.Total}); diff != "" {
				t.Errorf("PageCount and Total (-want +got):\n%s", diff)
			}
			ours, ids := 0, got.iccids()
			for _, id := range ids {
				if _, ok := s.Card(id); ok {
					ours++
				}
			}
			if len(ids) != tt.cards || ours != tt.ofAccount {
				t.Errorf("page has %d cards, %d of the account, want %d and %d", len(ids), ours, tt.cards, tt.ofAccount)
			}
			if len(ids) > 0 && tt.first >= 0 && ids[0] != s.ICCID(tt.first) {
				t.Errorf("first card is %s, want card %d", ids[0], tt.first)
			}
			if after := c.list(t, 2, 10); after.Data.Total != 60 || after.Data.List[0].Iccid != s.ICCID(10) {
				t.Errorf("the next page = %+v, want the truth", after.Data)
			}
		})
	}
}

// TestFlowLies looks one card up while the answer lacks something or is odd.
func TestFlowLies(t *testing.T) {
	t.Parallel()
	tests := map[aliyuntest.Kind]string{ // a part of the body
		aliyuntest.UnknownCard:    `"Code":"linkcard.common.CardNotExist"`,
		aliyuntest.NoPackages:     `"ListPackageDTO":[]`,
		aliyuntest.NoVendors:      `"ListVendorDetail":[]`,
		aliyuntest.NoMonths:       `"ListCardMonthFlow":[]`,
		aliyuntest.NoData:         `"Success":true}`,
		aliyuntest.OddFlow:        `"ListVendorDetail":"none"`,
		aliyuntest.UnreadableFlow: `"ExpireTime":"2026-13-45 25:61:61"`,
	}
	for kind, want := range tests {
		s, c := setup(t, aliyuntest.Options{})
		s.Inject(aliyuntest.Fault{Kind: kind})
		if got := c.get(t, "GetCardFlowInfo", "Iccid", s.ICCID(0)); !strings.Contains(got.body, want) {
			t.Errorf("%s = %s, want %s in it", kind, got.body, want)
		}
	}
}

// TestDenials wants the three ways in which a permission is refused.
func TestDenials(t *testing.T) {
	t.Parallel()
	own := map[string][]string{
		"GetCardFlowInfo": nil, "ListCardInfo": {"PageNo", "1", "PageSize", "10"}, "ConversionData": {"ConversionRate", "1"},
		"GetCredentialPoolStatistics": {"CredentialNO", "P", "Date", "202611"},
	}
	for action, params := range own {
		service := "linkcard.common.RamActionPermissionDeny"
		if action == "ConversionData" {
			service = "RAM_PERMISSION_DENY"
		}
		for _, want := range []struct {
			kind   aliyuntest.Kind
			status int
			code   string
		}{
			{aliyuntest.NoPermission, 403, "NoPermission"}, {aliyuntest.RAMDenied, 403, service}, {aliyuntest.RAMDenied200, 200, service},
		} {
			s, c := setup(t, aliyuntest.Options{})
			s.Inject(aliyuntest.Fault{Action: action, Kind: want.kind, Count: -1})
			got := c.get(t, action, params...)
			if got.status != want.status || s.Calls(action)[0].Code != want.code || !strings.Contains(got.body, want.code) {
				t.Errorf("%s with %s = %d %s, want %d %s", action, want.kind, got.status, got.body, want.status, want.code)
			}
		}
	}
}

// TestLostAnswer counts what was served, though its caller hears nothing.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{})
	s.Inject(aliyuntest.Fault{Kind: aliyuntest.LostAnswer})
	p := signed(http.MethodGet, c.params("ConversionData", "ConversionRate", "1"))
	if _, err := c.try(c.request(t, http.MethodGet, "?"+p.Encode(), "")); !errors.Is(err, io.EOF) {
		t.Errorf("call whose answer is lost = %v, want EOF", err)
	}
	if n := len(s.Conversions()); n != 1 {
		t.Errorf("%d conversions, want the one", n)
	}
}

// TestDraw wants each call asked about by its number, and the schedule seen in
// what is remembered.
func TestDraw(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{QPS: map[string]int{"ListCardInfo": 1000}})
	s.Draw(func(call aliyuntest.Call) aliyuntest.Fault {
		switch {
		case call.Action == "ListCardInfo" && call.Number == 2:
			return aliyuntest.Fault{Kind: aliyuntest.Status500}
		case call.Number == 3:
			return aliyuntest.Fault{Kind: aliyuntest.NoPackages} // does not fit a listing
		case call.Params.Get("PageSize") == "40":
			return aliyuntest.Fault{Kind: aliyuntest.Unavailable503}
		default:
			return aliyuntest.Fault{}
		}
	})
	s.Inject(aliyuntest.Fault{Kind: aliyuntest.HTML502, When: func(call aliyuntest.Call) bool { return call.Params.Get("PageNo") == "7" }})
	for _, no := range []string{"1", "2", "3", "7", "7"} {
		c.get(t, "ListCardInfo", "PageNo", no, "PageSize", "10")
	}
	c.get(t, "ListCardInfo", "PageNo", "1", "PageSize", "40")
	s.ClearFaults()
	c.get(t, "ListCardInfo", "PageNo", "1", "PageSize", "40")
	var got []aliyuntest.Kind
	for _, call := range s.Calls("ListCardInfo") {
		got = append(got, call.Fault)
	}
	want := []aliyuntest.Kind{"", aliyuntest.Status500, "", aliyuntest.HTML502, "", aliyuntest.Unavailable503, ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

// TestKinds serves every fault of every action once, so that a schedule can draw
// from all of them, in both formats.
func TestKinds(t *testing.T) {
	t.Parallel()
	own := map[string][]string{
		"ListCardInfo": {"PageNo", "1", "PageSize", "10"}, "ConversionData": {"ConversionRate", "1"},
		"GetCredentialPoolStatistics": {"CredentialNO", "P", "Date", "202611"},
	}
	for action, least := range map[string]int{"GetCardFlowInfo": 28, "ListCardInfo": 35, "GetCredentialPoolStatistics": 24, "ConversionData": 21} {
		kinds := aliyuntest.Kinds(action)
		if len(kinds) != least {
			t.Errorf("%s has %d kinds of faults, want %d: %v", action, len(kinds), least, kinds)
		}
		for _, kind := range kinds {
			for _, format := range []string{"JSON", "XML"} {
				s, c := setup(t, aliyuntest.Options{})
				s.SetPool("P", 1<<30, 1<<29)
				s.Inject(aliyuntest.Fault{Action: action, Kind: kind})
				params := append([]string{"Format", format}, own[action]...)
				if action == "GetCardFlowInfo" {
					params = append(params, "Iccid", s.ICCID(0))
				}
				p := signed(http.MethodGet, c.params(action, params...))
				_, _ = c.try(c.request(t, http.MethodGet, "?"+p.Encode(), ""))
				if call := s.Calls(action)[0]; call.Fault != kind || call.Number != 1 {
					t.Errorf("%s as %s: call %d was struck by %q", kind, format, call.Number, call.Fault)
				}
			}
		}
	}
}
