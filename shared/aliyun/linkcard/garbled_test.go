package linkcard_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

// saying answers every call with body.
func saying(body string) http.RoundTripper {
	return roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body))}, nil
	})
}

// success wraps the Data of an answer.
func success(data string) string {
	return `{"Code":"200","Success":true,"RequestId":"1","Data":` + data + `}`
}

// TestGarbledCards wants a value of an odd type to cost that value alone: of the
// card it is in, the other fields, and of the page the other cards.
func TestGarbledCards(t *testing.T) {
	t.Parallel()
	fine := linkcard.CardInfo{Iccid: "89860300000000000001", PeriodAddFlow: "1MB", TagList: []linkcard.Tag{{TagName: "field"}}}
	without := func(garbled string, edit func(*linkcard.CardInfo)) linkcard.CardInfo {
		c := fine
		c.Garbled = []string{garbled}
		edit(&c)
		return c
	}
	const rest = `"TagList":[{"TagName":"field"}]`
	tests := []struct {
		name, element string
		want          linkcard.CardInfo
	}{
		{
			"an object for a size", `{"Iccid":"89860300000000000001","PeriodAddFlow":{"v":1},` + rest + `}`,
			without("PeriodAddFlow", func(c *linkcard.CardInfo) { c.PeriodAddFlow = "" }),
		},
		{
			"a list for a number", `{"Iccid":["89860300000000000001"],"PeriodAddFlow":"1MB",` + rest + `}`,
			without("Iccid", func(c *linkcard.CardInfo) { c.Iccid = "" }),
		},
		{
			"a text for the tags", `{"Iccid":"89860300000000000001","PeriodAddFlow":"1MB","TagList":"field"}`,
			without("TagList", func(c *linkcard.CardInfo) { c.TagList = nil }),
		},
		{
			"a text for a tag", `{"Iccid":"89860300000000000001","PeriodAddFlow":"1MB","TagList":["x",{"TagName":"field"}]}`,
			without("TagList", func(c *linkcard.CardInfo) { c.TagList = []linkcard.Tag{{}, {TagName: "field"}} }),
		},
		{
			"lower-case names", `{"iccid":"89860300000000000001","periodAddFlow":"1MB","tagList":7}`,
			without("TagList", func(c *linkcard.CardInfo) { c.TagList = nil }),
		},
		{
			"scalars for texts", `{"Iccid":"89860300000000000001","PeriodAddFlow":7,"Remark":true,` + rest + `}`,
			linkcard.CardInfo{Iccid: fine.Iccid, PeriodAddFlow: "7", Remark: "true", TagList: fine.TagList},
		},
		{"null", `null`, linkcard.CardInfo{}},
		{"a text for a card", `"89860300000000000001"`, linkcard.CardInfo{Garbled: []string{"CardInfo"}}},
		{"a list for a card", `[]`, linkcard.CardInfo{Garbled: []string{"CardInfo"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const whole = `{"Iccid":"89860300000000000001","PeriodAddFlow":"1MB",` + rest + `}`
			body := success(`{"PageNo":1,"Total":3,"List":[` + whole + `,` + tt.element + `,` + whole + `]}`)
			page, err := newClient(t, saying(body)).ListCardInfo(t.Context(), linkcard.ListCardInfoRequest{PageNo: 1})
			if err != nil {
				t.Fatalf("a page with %s = %v, want its cards", tt.element, err)
			}
			if diff := cmp.Diff([]linkcard.CardInfo{fine, tt.want, fine}, page.Data.List); diff != "" {
				t.Errorf("cards (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGarbledPageNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{`4000`: 4000, `"4000"`: 4000, `" 4000 "`: 4000, `{}`: 0, `true`: 0, `null`: 0, `"many"`: 0, `1e99`: 0} {
		body := success(`{"PageNo":1,"PageSize":"40","PageCount":[],"Total":` + text + `,"List":[{"Iccid":"1"}]}`)
		page, err := newClient(t, saying(body)).ListCardInfo(t.Context(), linkcard.ListCardInfoRequest{PageNo: 1})
		if err != nil || page.Data.Total != want || page.Data.PageSize != 40 || page.Data.PageCount != 0 || len(page.Data.List) != 1 {
			t.Errorf("a page with the Total %s = %+v, %v; want %d and the card", text, page.Data, err, want)
		}
	}
}

// TestGarbledAnswers wants an error where the whole cannot be understood: an
// empty page or an empty card would be a lie.
func TestGarbledAnswers(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`[]`, `"ok"`, success(`"none"`), success(`[]`), success(`{"Total":1,"List":{}}`), success(`{"Total":1,"List":"none"}`),
		`{"Code":{},"Success":true,"Data":{"List":[]}}`,
	} {
		client := newClient(t, saying(body))
		_, err := client.ListCardInfo(t.Context(), linkcard.ListCardInfoRequest{PageNo: 1})
		if failure, ok := errors.AsType[*aliyun.Error](err); !ok || failure.Kind != aliyun.Unexpected || failure.Attempts != 1 {
			t.Errorf("listing answered %s = %v, want an unexpected answer", body, err)
		}
	}
}

func TestGarbledFlow(t *testing.T) {
	t.Parallel()
	body := success(`{"ListVendorDetail":[null,{"Vendor":"CMCC","Ratio":{}}],"ListCardMonthFlow":"none",
		"ListPackageDTO":[{"PackageName":"first","ExpireTime":[]},7,{"PackageName":"third"}]}`)
	got, err := newClient(t, saying(body)).GetCardFlowInfo(t.Context(), linkcard.GetCardFlowInfoRequest{ICCID: "89860300000000000001"})
	if err != nil {
		t.Fatal(err)
	}
	want := linkcard.CardFlow{
		Garbled:          []string{"ListVendorDetail", "ListCardMonthFlow", "ListPackageDTO"},
		ListVendorDetail: []linkcard.VendorDetail{{}, {Vendor: "CMCC"}},
		ListPackageDTO:   []linkcard.PackageDTO{{PackageName: "first"}, {}, {PackageName: "third"}},
	}
	if diff := cmp.Diff(want, got.Data); diff != "" {
		t.Errorf("flow (-want +got):\n%s", diff)
	}
}

func TestGarbledPool(t *testing.T) {
	t.Parallel()
	body := success(`{"CardTotalNum":{},"EffectiveTotalFlow":"2GB","EffectiveAvailableFlow":"1GB"}`)
	request := linkcard.GetCredentialPoolStatisticsRequest{CredentialNo: "P", Month: card.Month{Year: 2026, Month: 3}}
	got, err := newClient(t, saying(body)).GetCredentialPoolStatistics(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	used, rest := got.Data.Used()
	if diff := cmp.Diff([]string{"CardTotalNum"}, got.Data.Garbled); diff != "" || used.Text() != "1.00GB" || rest.Text() != "1GB" {
		t.Errorf("pool = %+v, want 1GB used, and the number of cards garbled", got.Data)
	}
}

// FuzzListCardInfo puts anything among good cards: they are read all the same,
// and one that is a card by itself is read as it is by itself.
func FuzzListCardInfo(f *testing.F) {
	for _, element := range []string{`{}`, `null`, `7`, `[]`, `{"Iccid":{}}`, `{"TagList":"x"}`, `{"TagList":[{"TagName":[]}]}`, `{"Status":1e9}`} {
		f.Add(element, `"4000"`)
	}
	f.Fuzz(func(t *testing.T, element, total string) {
		body := success(`{"List":[{"Iccid":"first"},` + element + `,{"Iccid":"last"}],"Total":` + total + `}`)
		if !json.Valid([]byte(element)) || !json.Valid([]byte(total)) || len(body) > 1<<19 {
			return
		}
		page, err := newClient(t, saying(body)).ListCardInfo(t.Context(), linkcard.ListCardInfoRequest{PageNo: 1})
		if err != nil {
			t.Fatalf("page %s = %v, want three cards", body, err)
		}
		list := page.Data.List
		if len(list) != 3 || list[0].Iccid != "first" || list[2].Iccid != "last" || list[0].Garbled != nil || list[2].Garbled != nil {
			t.Fatalf("page %s = %+v, want the first and the last card", body, list)
		}
		var alone linkcard.CardInfo
		if json.Unmarshal([]byte(element), &alone) == nil && !cmp.Equal(alone, list[1]) {
			t.Errorf("card %s = %+v, want %+v", element, list[1], alone)
		}
	})
}
