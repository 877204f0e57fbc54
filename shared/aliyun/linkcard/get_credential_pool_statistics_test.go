package linkcard_test

import (
	"errors"
	"testing"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

func TestGetCredentialPoolStatistics(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{Cards: 40})
	client := newClient(t, cloud.Transport())
	cloud.SetPool("CM-SF-1", 12<<30, 9<<30)
	cloud.SetCard(cloud.ICCID(0), func(c *aliyuntest.Card) { c.Pool = "CM-SF-1" })
	page, err := client.ListCardInfo(t.Context(), linkcard.ListCardInfoRequest{PageNo: 1})
	if err != nil {
		t.Fatal(err)
	}
	if pooled, single := page.Data.List[0].Pool(), page.Data.List[1].Pool(); pooled != "CM-SF-1" || single != "" {
		t.Errorf("pools of the first two cards = %q and %q, want CM-SF-1 and none", pooled, single)
	}
	request := linkcard.GetCredentialPoolStatisticsRequest{CredentialNo: "CM-SF-1", Month: card.Month{Year: 2026, Month: time.March}}
	answer, err := client.GetCredentialPoolStatistics(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	used, rest := answer.Data.Used()
	if ratio := card.RatioOf(used, rest); used.Text() != "9.00GB" || rest.Text() != "3.00GB" || ratio.Text() != "75%" {
		t.Errorf("the pool has used %v with %v left, %v; want 9.00GB, 3.00GB, 75%%", used, rest, ratio)
	}
	if answer.Data.MonthUsedAmount != "9.00GB" || answer.Data.CardTotalNum != "1" {
		t.Errorf("statistics = %+v, want 9.00GB in the month and 1 card", answer.Data)
	}
	sent := cloud.Calls("GetCredentialPoolStatistics")[0].Params
	if sent.Get("CredentialNO") != "CM-SF-1" || sent.Get("Date") != "202603" {
		t.Errorf("sent %v, want CredentialNO and Date", sent)
	}
}

func TestUnknownCredential(t *testing.T) {
	t.Parallel()
	client := newClient(t, aliyuntest.New(aliyuntest.Options{}).Transport())
	_, err := client.GetCredentialPoolStatistics(t.Context(), linkcard.GetCredentialPoolStatisticsRequest{
		CredentialNo: "CM-SF-2", Month: card.Month{Year: 2026, Month: time.March},
	})
	if failure, ok := errors.AsType[*aliyun.Error](err); !ok || failure.Code != linkcard.CredentialUnknown {
		t.Errorf("statistics of another's plan: %v, want %s", err, linkcard.CredentialUnknown)
	}
}

func TestPoolUsed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		give       linkcard.PoolStatistics
		used, rest string // as GB text; "" is unknown
	}{
		{"cards bring the data", linkcard.PoolStatistics{EffectiveTotalFlow: "12.00GB", EffectiveAvailableFlow: "6.00GB", PoolUsed: "1.00GB"}, "6.00GB", "6.00GB"},
		{"used up", linkcard.PoolStatistics{EffectiveTotalFlow: "12.00GB", EffectiveAvailableFlow: "0KB", PoolUsed: "15.00GB"}, "12.00GB", "0KB"},
		{"bought as a whole", linkcard.PoolStatistics{PoolGrandTotal: "9.00GB", PoolGrandTotalUsed: "7.00GB", PoolAvaiable: "2.00GB", PoolUsed: "1.00GB"}, "7.00GB", "2.00GB"},
		{"no total", linkcard.PoolStatistics{EffectiveAvailableFlow: "6.00GB"}, "", "6.00GB"},
		{"more left than there is", linkcard.PoolStatistics{EffectiveTotalFlow: "5.00GB", EffectiveAvailableFlow: "6.00GB"}, "", "6.00GB"},
		{"nothing", linkcard.PoolStatistics{}, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			used, rest := test.give.Used()
			if used.Text() != test.used || rest.Text() != test.rest || used.Known() != (test.used != "") || rest.Known() != (test.rest != "") {
				t.Errorf("Used(%+v) = %v, %v; want %q, %q", test.give, used, rest, test.used, test.rest)
			}
		})
	}
}

func TestListCardInfoPool(t *testing.T) {
	t.Parallel()
	for kind, want := range map[aliyun.Text]string{
		"sameflowcard": "P", "directional_sameflowcard": "P", "unityPayPool": "P", "GREcard": "P",
		"singlecard": "", "directionalcard": "", "": "",
	} {
		if got := (linkcard.CardInfo{DataType: kind, CredentialNo: "P"}).Pool(); got != want {
			t.Errorf("pool of a card of type %q = %q, want %q", kind, got, want)
		}
	}
}
