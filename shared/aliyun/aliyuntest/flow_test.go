package aliyuntest_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

// cardFlow is GetCardFlowInfo's answer as the owner's document lists it.
type cardFlow struct {
	Code      string
	RequestID string `json:"RequestId" xml:"RequestId"`
	Success   bool
	Data      struct {
		ListVendorDetail  []struct{ NetWorkDelay, SignalStrength, Vendor, UsedFlow, Ratio string }
		ListCardMonthFlow []struct {
			FlowCount, Month string
			ListDayFlow      []struct{ Flow, Day string }
		}
		ListPackageDTO []struct{ EffectiveTime, Remark, PackageName, ExpireTime string }
	}
}

// strictly decodes JSON that has no field beyond T's.
func strictly[T any](t *testing.T, body string) T {
	t.Helper()
	var v T
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("decode %.300q: %v", body, err)
	}
	return v
}

func TestGetCardFlowInfo(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{})
	s.SetCard(s.ICCID(2), func(card *aliyuntest.Card) {
		card.Vendor, card.PackageName, card.PackageBytes, card.UsedBytes = "CMCC", "移动-单卡通用流量-月包-100M", 100<<20, 92<<20
		card.NetworkDelay, card.Signal, card.Remark = 20*time.Millisecond, 21, "备注内容"
		card.Effective = time.Date(2026, 3, 20, 15, 59, 59, 0, time.UTC)
		card.Expires = time.Date(2027, 4, 30, 15, 59, 59, 0, time.UTC)
	})
	got := strictly[cardFlow](t, c.get(t, "GetCardFlowInfo", "Iccid", s.ICCID(2)).body)
	if got.Code != "200" || !got.Success || len(got.RequestID) != 36 {
		t.Errorf("envelope = %s %v %q", got.Code, got.Success, got.RequestID)
	}
	var want cardFlow
	want.Data.ListVendorDetail = append(want.Data.ListVendorDetail,
		struct{ NetWorkDelay, SignalStrength, Vendor, UsedFlow, Ratio string }{"20", "21", "CMCC", "92MB", "92%"})
	want.Data.ListPackageDTO = append(want.Data.ListPackageDTO,
		struct{ EffectiveTime, Remark, PackageName, ExpireTime string }{
			"2026-03-20 23:59:59", "备注内容", "移动-单卡通用流量-月包-100M", "2027-04-30 23:59:59",
		})
	months := got.Data.ListCardMonthFlow
	got.Data.ListCardMonthFlow = nil
	if diff := cmp.Diff(want.Data, got.Data); diff != "" {
		t.Errorf("Data (-want +got):\n%s", diff)
	}
	if len(months) != 2 || months[0].Month != "202610" || months[1].Month != "202611" || months[1].FlowCount != "92MB" {
		t.Fatalf("months without DateList = %+v", months)
	}
	if n := len(months[0].ListDayFlow); n != 31 {
		t.Errorf("days of October = %d, want 31", n)
	}
	if days := months[1].ListDayFlow; len(days) != 18 || days[0].Day != "20261101" || days[17].Day != "20261118" {
		t.Errorf("days of November = %+v, want 1 to 18", days)
	}
}

// TestFlowXML decodes the XML of the same call into the same value: repeated
// siblings under the names of the lists.
func TestFlowXML(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{})
	own := []string{"Iccid", s.ICCID(5), "DateList.1", "202609", "DateList.2", "202611"}
	want := strictly[cardFlow](t, c.get(t, "GetCardFlowInfo", own...).body)
	answer := c.get(t, "GetCardFlowInfo", append(own, "Format", "XML")...)
	var got struct {
		XMLName xml.Name
		cardFlow
	}
	if err := xml.Unmarshal([]byte(answer.body), &got); err != nil {
		t.Fatal(err)
	}
	if got.XMLName.Local != "GetCardFlowInfoResponse" || !strings.HasPrefix(answer.header.Get("Content-Type"), "application/xml") {
		t.Errorf("root = %s, type = %s", got.XMLName.Local, answer.header.Get("Content-Type"))
	}
	want.RequestID, got.RequestID = "", ""
	if diff := cmp.Diff(want, got.cardFlow); diff != "" {
		t.Errorf("XML differs from JSON (-json +xml):\n%s", diff)
	}
	if len(want.Data.ListCardMonthFlow) != 2 || want.Data.ListCardMonthFlow[0].Month != "202609" {
		t.Errorf("months = %+v, want those asked for", want.Data.ListCardMonthFlow)
	}
}

// TestMonths asks at the edges: a month to come, one before the card, the hour
// in which Shanghai has a new month and UTC has not.
func TestMonths(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC)
	s, c := setup(t, aliyuntest.Options{Now: func() time.Time { return now }})
	answer := c.get(t, "GetCardFlowInfo", "Iccid", s.ICCID(0), "DateList.1", "202612", "DateList.2", "202701",
		"DateList.3", "201901", "DateList.4", "202611", "DateList.5", "202602", "DateList.6", "202610")
	if !strings.Contains(answer.body, `"Month":"202701","ListDayFlow":[]`) {
		t.Errorf("a month without days is no empty array: %.300s", answer.body)
	}
	var days []int
	months := strictly[cardFlow](t, answer.body).Data.ListCardMonthFlow
	for _, m := range months {
		days = append(days, len(m.ListDayFlow))
	}
	if diff := cmp.Diff([]int{1, 0, 31, 30, 28, 31}, days); diff != "" {
		t.Errorf("days of the months (-want +got):\n%s", diff)
	}
	if months[2].FlowCount != "0KB" {
		t.Errorf("use before activation = %s, want 0KB", months[2].FlowCount)
	}
}

// TestDestroyedCard fails in the other form: HTTP 200 without success.
func TestDestroyedCard(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{})
	s.SetCard(s.ICCID(0), func(card *aliyuntest.Card) { card.Status = aliyuntest.StatusDestroyed })
	answer := c.get(t, "GetCardFlowInfo", "Iccid", s.ICCID(0))
	got := strictly[struct {
		Code, ErrorMessage, LocalizedMessage string

		RequestID string `json:"RequestId" xml:"RequestId"`
		Success   bool
	}](t, answer.body)
	if answer.status != 200 || got.Success || got.Code != "linkcard.common.CardDestroy" || got.ErrorMessage == "" || got.LocalizedMessage == "" {
		t.Errorf("answer = %d %+v", answer.status, got)
	}
	if calls := s.Calls("GetCardFlowInfo"); calls[0].Code != "linkcard.common.CardDestroy" {
		t.Errorf("outcome = %s, want the code", calls[0].Code)
	}
}
