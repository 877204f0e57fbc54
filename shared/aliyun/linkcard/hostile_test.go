package linkcard_test

import (
	"errors"
	"testing"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

// TestGarbledCardOfAPage has one card of ten garbled in every way: it is there, and
// the nine around it are whole.
func TestGarbledCardOfAPage(t *testing.T) {
	t.Parallel()
	odd := map[aliyuntest.Garbling]string{ // what Garbled names; the others have the right types
		aliyuntest.OddUsage: "PeriodAddFlow", aliyuntest.OddExpiry: "ExpireTime", aliyuntest.OddTags: "TagList",
		aliyuntest.OddICCID: "Iccid", aliyuntest.TextCard: "CardInfo",
	}
	for _, way := range aliyuntest.Garblings() {
		cloud := aliyuntest.New(aliyuntest.Options{Cards: 20})
		cloud.GarbleCard(cloud.ICCID(4), way)
		page, err := newClient(t, cloud.Transport()).ListCardInfo(t.Context(), linkcard.ListCardInfoRequest{PageNo: 1, PageSize: 10})
		if err != nil || len(page.Data.List) != 10 {
			t.Errorf("page with %s = %d cards, %v; want 10", way, len(page.Data.List), err)
			continue
		}
		for i, info := range page.Data.List {
			if i != 4 && (info.Garbled != nil || string(info.Iccid) != cloud.ICCID(i)) {
				t.Errorf("card %d beside one with %s = %+v, want it whole", i, way, info)
			}
		}
		named := ""
		if garbled := page.Data.List[4].Garbled; len(garbled) > 0 {
			named = garbled[0]
		}
		if named != odd[way] {
			t.Errorf("card with %s has %q garbled, want %q", way, named, odd[way])
		}
	}
}

// TestOddAnswers has each of the fake's oddities read, or refused as a whole.
func TestOddAnswers(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{Cards: 60})
	cloud.SetPool("P", 1<<30, 1<<29)
	client := newClient(t, cloud.Transport())
	list := func() error {
		page, err := client.ListCardInfo(t.Context(), linkcard.ListCardInfoRequest{PageNo: 1})
		if err == nil && len(page.Data.List) == 0 {
			return errors.New("an empty page")
		}
		return err
	}
	look := func() error {
		_, err := client.GetCardFlowInfo(t.Context(), linkcard.GetCardFlowInfoRequest{ICCID: card.ICCID(cloud.ICCID(0))})
		return err
	}
	pool := func() error {
		request := linkcard.GetCredentialPoolStatisticsRequest{CredentialNo: "P", Month: card.Month{Year: 2026, Month: 3}}
		_, err := client.GetCredentialPoolStatistics(t.Context(), request)
		return err
	}
	tests := []struct {
		kind  aliyuntest.Kind
		call  func() error
		cause string // "": it is read
	}{
		{aliyuntest.TotalAsText, list, ""},
		{aliyuntest.TotalOdd, list, ""},
		{aliyuntest.GarbledPage, list, ""},
		{aliyuntest.ListAsText, list, "unexpected (HTTP 200)"},
		{aliyuntest.NoPermission, list, "denied (NoPermission)"},
		{aliyuntest.RAMDenied200, list, "denied (linkcard.common.RamActionPermissionDeny)"},
		{aliyuntest.OddFlow, look, ""},
		{aliyuntest.NoData, look, ""},
		{aliyuntest.UnreadableFlow, look, ""},
		{aliyuntest.UnknownCard, look, "not found (linkcard.common.CardNotExist)"},
		{aliyuntest.RAMDenied, look, "denied (linkcard.common.RamActionPermissionDeny)"},
		{aliyuntest.OddPool, pool, ""},
		{aliyuntest.EmptyPool, pool, ""},
		{aliyuntest.UnknownPool, pool, "invalid (" + linkcard.CredentialUnknown + ")"},
	}
	for _, tt := range tests {
		cloud.Inject(aliyuntest.Fault{Kind: tt.kind})
		err, cause := tt.call(), ""
		if err != nil {
			cause = aliyun.Cause(err)
		}
		if cause != tt.cause {
			t.Errorf("answer with %s = %v, want the cause %q", tt.kind, err, tt.cause)
		}
	}
}
