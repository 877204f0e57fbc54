package linkcard_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/quota"
)

// roundTripper answers requests in process.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func newClient(t *testing.T, transport http.RoundTripper) *linkcard.Client {
	t.Helper()
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    "https://linkcard.aliyuncs.com",
		Region:      "ap-southeast-1",
		Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		Quota:       quota.NewLocal(20),
		HTTPClient:  &http.Client{Transport: transport},
	})
	if err != nil {
		t.Fatal(err)
	}
	return linkcard.New(api)
}

// fromFile answers with a file of testdata.
func fromFile(t *testing.T, name string) http.RoundTripper {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
	})
}

// TestDocumentSamples decodes the answers printed in Alibaba's document.
func TestDocumentSamples(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("CST", 8*60*60)
	want := card.Usage{
		Vendors: []card.VendorUsage{{Vendor: "CMCC", NetworkDelay: card.ParseNumber("20"), SignalStrength: card.ParseNumber("20")}},
		Months: []card.MonthUsage{{
			Month: card.Month{Year: 2021, Month: time.December},
			Flow:  card.ParseDataSize("200MB"),
			Days:  []card.DayUsage{{Day: card.Day{Year: 2021, Month: time.December, Day: 1}, Flow: card.ParseDataSize("100MB")}},
		}},
		Packages: []card.Package{{
			Name:      "移动-单卡通用流量-月包-30M",
			Remark:    "备注内容",
			Effective: time.Date(2022, 3, 20, 23, 59, 59, 0, shanghai),
			Expires:   time.Date(2022, 4, 30, 23, 59, 59, 0, shanghai),
		}},
	}
	var answers []linkcard.GetCardFlowInfoResponse
	for _, name := range []string{"get_card_flow_info.json", "get_card_flow_info.xml"} {
		client := newClient(t, fromFile(t, name))
		answer, err := client.GetCardFlowInfo(t.Context(), linkcard.GetCardFlowInfoRequest{ICCID: "89860321000000015668"})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, answer.Usage(shanghai), cmpopts.EquateComparable(card.DataSize{}, card.Ratio{}, card.Number{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		answers = append(answers, answer)
	}
	if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
		t.Errorf("the JSON and the XML sample differ (-json +xml):\n%s", diff)
	}
	if id := answers[0].RequestID; id != "E4F94B97-1D64-4080-BFD2-67461667AA43" {
		t.Errorf("request id = %s, want the document's", id)
	}
}

func TestGetCardFlowInfoSendsEveryParameter(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{})
	client := newClient(t, cloud.Transport())
	id := card.ICCID(cloud.ICCID(0))
	months := []card.Month{{Year: 2021, Month: time.October}, {Year: 2021, Month: time.November}}
	answer, err := client.GetCardFlowInfo(t.Context(), linkcard.GetCardFlowInfoRequest{ICCID: id, Months: months})
	if err != nil {
		t.Fatal(err)
	}
	sent := cloud.Calls("GetCardFlowInfo")[0].Params
	for name, want := range map[string]string{
		"Action": "GetCardFlowInfo", "Version": "2021-05-20", "Format": "JSON", "RegionId": "ap-southeast-1",
		"Iccid": string(id), "DateList.1": "202110", "DateList.2": "202111",
	} {
		if got := sent.Get(name); got != want {
			t.Errorf("parameter %s = %q, want %q", name, got, want)
		}
	}
	usage := answer.Usage(time.UTC)
	if len(usage.Vendors) == 0 || !usage.Vendors[0].Used.Known() || !usage.HighestRatio().Known() || len(usage.Packages) == 0 {
		t.Errorf("answer lacks data: %+v", usage)
	}
}

func TestListCardInfo(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{Cards: 45})
	client := newClient(t, cloud.Transport())
	first, err := client.ListCardInfo(t.Context(), linkcard.ListCardInfoRequest{PageNo: 1})
	if err != nil {
		t.Fatal(err)
	}
	second, err := client.ListCardInfo(t.Context(), linkcard.ListCardInfoRequest{PageNo: 2})
	if err != nil {
		t.Fatal(err)
	}
	if first.Data.Total != 45 || first.Data.PageCount != 2 || len(first.Data.List) != 40 || len(second.Data.List) != 5 {
		t.Errorf("pages of 45 cards: total %d, pages %d, cards %d and %d",
			first.Data.Total, first.Data.PageCount, len(first.Data.List), len(second.Data.List))
	}
	used, rest := first.Data.List[2].Used()
	if ratio := card.RatioOf(used, rest); ratio.Text() != "92%" {
		t.Errorf("third card used %v, rest %v: %v, want 92%%", used, rest, ratio)
	}
	if first.Data.List[1].Expires(time.UTC).IsZero() {
		t.Error("the second card's expiry is unknown")
	}
	one, err := client.ListCardInfo(t.Context(), linkcard.ListCardInfoRequest{PageNo: 1, PageSize: 10, ICCID: card.ICCID(cloud.ICCID(7))})
	if err != nil || len(one.Data.List) != 1 || string(one.Data.List[0].Iccid) != cloud.ICCID(7) {
		t.Errorf("listing one card = %v, %v", one.Data.List, err)
	}
}

func TestCancelledCall(t *testing.T) {
	t.Parallel()
	client := newClient(t, aliyuntest.New(aliyuntest.Options{}).Transport())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.ListCardInfo(ctx, linkcard.ListCardInfoRequest{PageNo: 1}); err == nil {
		t.Error("a call with an ended ctx = nil, want an error")
	}
}
