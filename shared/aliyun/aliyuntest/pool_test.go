package aliyuntest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
)

// poolAnswer is GetCredentialPoolStatistics' answer; every field the fake
// sends.
type poolAnswer struct {
	Code      string
	RequestID string `json:"RequestId"`
	Success   bool
	Data      poolData
}

type poolData struct {
	CredentialNO, CredentialType               string
	CredentialInstanceID                       string `json:"CredentialInstanceId"`
	CardTotalNum, CardActiveNum, SmsUsed       int
	EffectiveTotalFlow, EffectiveAvailableFlow string
	PoolUsed, PoolOutUsed, MonthUsedAmount     string
}

func TestPool(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{})
	s.SetPool("CM-SF-1", 12<<30, 15<<30)
	for i := range 3 {
		s.SetCard(s.ICCID(i), func(card *aliyuntest.Card) { card.Pool = "CM-SF-1" })
	}
	s.SetCard(s.ICCID(1), func(card *aliyuntest.Card) { card.Status = aliyuntest.StatusStopped })
	s.RemoveCard(s.ICCID(2))
	list := c.list(t, 1, 10).Data.List
	if list[0].DataType != "sameflowcard" || list[0].CredentialNo != "CM-SF-1" || list[2].DataType == "sameflowcard" {
		t.Errorf("kinds of plan = %s %s and %s, want only the pooled card's", list[0].DataType, list[0].CredentialNo, list[2].DataType)
	}
	got := strictly[poolAnswer](t, c.get(t, "GetCredentialPoolStatistics", "CredentialNO", "CM-SF-1", "Date", "202611").body)
	want := poolData{
		CredentialNO: "CM-SF-1", CredentialType: "CM-SF-M-3-12GB", CredentialInstanceID: "cred-CM-SF-1",
		CardTotalNum: 2, CardActiveNum: 1, EffectiveTotalFlow: "12.00GB", EffectiveAvailableFlow: "0KB",
		PoolUsed: "15.00GB", PoolOutUsed: "3.00GB", MonthUsedAmount: "15.00GB",
	}
	if diff := cmp.Diff(want, got.Data); diff != "" || !got.Success {
		t.Errorf("statistics (-want +got):\n%s", diff)
	}
}

func TestPoolRefusals(t *testing.T) {
	t.Parallel()
	s, c := setup(t, aliyuntest.Options{})
	s.SetPool("CM-SF-1", 1<<30, 0)
	tests := []struct{ name, credential, date, want string }{
		{"no plan", "", "202611", "MissingCredentialNO"},
		{"no month", "CM-SF-1", "", "linkcard.check.TimeFormatError"},
		{"a day", "CM-SF-1", "2026-11-18", "linkcard.check.TimeFormatError"},
		{"another's plan", "CM-SF-2", "202611", "linkcard.common.CredentialNoNotExist"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := c.get(t, "GetCredentialPoolStatistics", "CredentialNO", test.credential, "Date", test.date)
			if got.status != 400 || got.code(t) != test.want {
				t.Errorf("GetCredentialPoolStatistics(%q, %q) = %d %s, want 400 %s",
					test.credential, test.date, got.status, got.code(t), test.want)
			}
		})
	}
}
