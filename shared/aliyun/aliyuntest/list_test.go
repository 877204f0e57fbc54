package aliyuntest_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

// cardList is ListCardInfo's answer; every field the fake sends.
type cardList struct {
	Code      string
	RequestID string `json:"RequestId" xml:"RequestId"`
	Success   bool
	Data      struct {
		PageNo, PageSize, PageCount, Total int
		List                               []cardInfo
	}
}

type cardInfo struct {
	Iccid, Status, OsStatus, DataType, DataLevel, PeriodAddFlow, PeriodRestFlow, PeriodSmsUse string
	ExpireTime, ActiveTime, OpenAccountTime, FlowLatestModifiedTime                           string
	CredentialNo, CredentialType, Period, AliFee, Vendor, ApnName, NetworkType                string
	IsAutoRecharge                                                                            bool
	TagList                                                                                   []struct {
		ID      int64 `json:"Id" xml:"Id"`
		TagName string
	}
	Imsi, Msisdn                 []string
	Remark, SimType, CertifyType string

	CredentialInstanceID string `json:"CredentialInstanceId" xml:"CredentialInstanceId"`
	NotifyID             string `json:"NotifyId" xml:"NotifyId"`
	VsimInstanceID       int64  `json:"VsimInstanceId" xml:"VsimInstanceId"`
}

func (c *caller) list(t *testing.T, no, size int, own ...string) cardList {
	t.Helper()
	own = append(own, "PageNo", strconv.Itoa(no), "PageSize", strconv.Itoa(size))
	return strictly[cardList](t, c.get(t, "ListCardInfo", own...).body)
}

// TestListCardInfo walks the fleet: every card once, in pages, and what a card
// has used agrees with its GetCardFlowInfo.
func TestListCardInfo(t *testing.T) {
	t.Parallel()
	quick := map[string]int{"ListCardInfo": 1000, "GetCardFlowInfo": 1000}
	s, c := setup(t, aliyuntest.Options{Cards: 130, QPS: quick})
	s.SetCard(s.ICCID(9), func(card *aliyuntest.Card) { card.UsedBytes = 10<<20 + 100<<10 })
	var infos []cardInfo
	for no, wantLen := range []int{40, 40, 40, 10, 0} {
		page := c.list(t, no+1, 40).Data
		if page.PageNo != no+1 || page.PageSize != 40 || page.PageCount != 4 || page.Total != 130 || len(page.List) != wantLen {
			t.Errorf("page %d = %d/%d of %d, %d cards, want %d", no+1, page.PageNo, page.PageCount, page.Total, len(page.List), wantLen)
		}
		infos = append(infos, page.List...)
	}
	for i, info := range infos {
		if info.Iccid != s.ICCID(i) {
			t.Fatalf("card %d is %s, want %s", i, info.Iccid, s.ICCID(i))
		}
		flow := strictly[cardFlow](t, c.get(t, "GetCardFlowInfo", "Iccid", info.Iccid).body).Data
		used, month := amount(t, info.PeriodAddFlow), flow.ListCardMonthFlow[1]
		var days int64
		for _, day := range month.ListDayFlow {
			days += amount(t, day.Flow)
		}
		want := []int64{used, used, used}
		got := []int64{amount(t, flow.ListVendorDetail[0].UsedFlow), amount(t, month.FlowCount), days}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("card %d: vendor, month and days against the list (-want +got):\n%s", i, diff)
		}
		level := amount(t, info.DataLevel)
		if rest := amount(t, info.PeriodRestFlow); rest != max(0, level-used) {
			t.Errorf("card %d: rest = %d of %d with %d used", i, rest, level, used)
		}
		if ratio := fmt.Sprintf("%.0f%%", float64(used)/float64(level)*100); ratio != flow.ListVendorDetail[0].Ratio {
			t.Errorf("card %d: ratio = %s, want %s", i, flow.ListVendorDetail[0].Ratio, ratio)
		}
		if info.ExpireTime != flow.ListPackageDTO[0].ExpireTime {
			t.Errorf("card %d: expires %s and %s", i, info.ExpireTime, flow.ListPackageDTO[0].ExpireTime)
		}
	}
}

// amount reads a flow string.
func amount(t *testing.T, text string) int64 {
	t.Helper()
	units := map[string]float64{"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
	var n float64
	if _, err := fmt.Sscanf(text[:len(text)-2], "%g", &n); err != nil || units[text[len(text)-2:]] == 0 {
		t.Fatalf("amount %q: %v", text, err)
	}
	return int64(n * units[text[len(text)-2:]])
}

func TestListXML(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{})
	s.SetCard(s.ICCID(0), func(card *aliyuntest.Card) { card.Tags = []string{"泵站", "a & b"} })
	want := c.list(t, 1, 10)
	var got struct {
		XMLName xml.Name
		cardList
	}
	answer := c.get(t, "ListCardInfo", "PageNo", "1", "PageSize", "10", "Format", "XML")
	if err := xml.Unmarshal([]byte(answer.body), &got); err != nil {
		t.Fatal(err)
	}
	want.RequestID, got.RequestID = "", ""
	if diff := cmp.Diff(want, got.cardList); diff != "" || got.XMLName.Local != "ListCardInfoResponse" {
		t.Errorf("XML %s differs from JSON (-json +xml):\n%s", got.XMLName.Local, diff)
	}
	if len(want.Data.List[0].TagList) != 2 {
		t.Errorf("tags = %v, want two", want.Data.List[0].TagList)
	}
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{Cards: 1000})
	s.SetCard(s.ICCID(7), func(card *aliyuntest.Card) {
		card.PackageBytes, card.UsedBytes, card.Status = 100<<20, 90<<20, aliyuntest.StatusDestroyed
	})
	at := func(days int) string { return noon.AddDate(0, 0, days).Format(time.DateTime) }
	tests := []struct {
		name string
		own  []string
		want func(aliyuntest.Card) bool
	}{
		{"one card", []string{"Iccid", s.ICCID(4)}, func(c aliyuntest.Card) bool { return c.ICCID == s.ICCID(4) }},
		{"stopped", []string{"Status", "35"}, func(c aliyuntest.Card) bool { return c.Status == "35" }},
		{"vendor", []string{"Vendor", "CTCC"}, func(c aliyuntest.Card) bool { return c.Vendor == "CTCC" }},
		{"expires soon", []string{"ExpireTimeStart", at(0), "ExpireTimeEnd", at(31)}, func(c aliyuntest.Card) bool {
			return c.Expires.Before(noon.AddDate(0, 0, 32))
		}},
		{"little left", []string{"MaxRestFlowPercentage", "0.1"}, func(c aliyuntest.Card) bool {
			return float64(c.RestBytes()) <= 0.1*float64(c.PackageBytes)
		}},
		{"both", []string{"MaxRestFlowPercentage", "0.3", "Status", "50"}, func(c aliyuntest.Card) bool {
			return c.ICCID == s.ICCID(7)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var want, got []string
			for i := range s.Cards() {
				if card, _ := s.Card(s.ICCID(i)); test.want(card) {
					want = append(want, card.ICCID)
				}
			}
			page := c.list(t, 1, 10, test.own...).Data
			for _, info := range page.List {
				got = append(got, info.Iccid)
			}
			if diff := cmp.Diff(want[:min(10, len(want))], got); diff != "" || page.Total != len(want) {
				t.Errorf("total %d, want %d; first page (-want +got):\n%s", page.Total, len(want), diff)
			}
		})
	}
}

func TestListRefusals(t *testing.T) {
	t.Parallel()
	_, c := setup(t, aliyuntest.Options{})
	tests := []struct{ name, own, want string }{
		{"no page", "PageSize=10", "MissingPageNo"},
		{"no size", "PageNo=1", "MissingPageSize"},
		{"page zero", "PageNo=0&PageSize=10", "IllegalParameter"},
		{"page beyond int32", "PageNo=4294967297&PageSize=10", "IllegalParameter"},
		{"size 20", "PageNo=1&PageSize=20", "IllegalParameter"},
		{"size 50", "PageNo=1&PageSize=50", "IllegalParameter"},
		{"filter that is missing here", "PageNo=1&PageSize=10&TagName=x", "InvalidParameter"},
		{"percentage", "PageNo=1&PageSize=10&MaxRestFlowPercentage=0.15", "IllegalParameter"},
		{"time with zone", "PageNo=1&PageSize=10&ExpireTimeEnd=2026-01-01T00:00:00Z", "linkcard.check.TimeFormatError"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := c.params("ListCardInfo")
			for pair := range strings.SplitSeq(test.own, "&") {
				name, value, _ := strings.Cut(pair, "=")
				p.Set(name, value)
			}
			got := c.send(t, c.request(t, http.MethodGet, "?"+signed(http.MethodGet, p).Encode(), ""))
			if got.status != 400 || got.code(t) != test.want {
				t.Errorf("ListCardInfo?%s = %d %s, want 400 %s", test.own, got.status, got.code(t), test.want)
			}
		})
	}
}
