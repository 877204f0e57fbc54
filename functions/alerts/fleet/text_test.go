package fleet_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"signalbox/functions/alerts/fleet"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
)

// TestLongTexts wants what is kept of a card to be small, however much Alibaba says of
// it, and to be text.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		long := aliyun.Text(strings.Repeat("标签", 2000))
		a := newAccount(40, 40)
		info := &a.cards[0]
		info.Remark, info.Vendor, info.OsStatus = long, long, long
		info.PeriodAddFlow, info.PeriodRestFlow = aliyun.Text(strings.Repeat("0", 10_000)+"90MB"), long
		for range 1000 {
			info.TagList = append(info.TagList, linkcard.Tag{TagName: long})
		}
		a.cards[1].DataType, a.cards[1].CredentialNo = "sameflowcard", long
		a.pools[string(long)] = linkcard.PoolStatistics{PoolGrandTotalUsed: long, PoolAvaiable: long}
		a.flows[iccid(0)] = linkcard.CardFlow{
			ListPackageDTO:   []linkcard.PackageDTO{{PackageName: long, ExpireTime: "2001-01-01 00:00:00"}},
			ListVendorDetail: []linkcard.VendorDetail{{UsedFlow: long, Ratio: "9" + long}},
		}
		c := newCaller(a, func(c *fleet.Config) { c.Rules = all{} })
		c.sweep(t)
		for subject, o := range c.observations {
			data, err := json.Marshal(o)
			if err != nil || len(data) > 16_000 || !utf8.Valid(data) || strings.Contains(string(data), "�") {
				t.Errorf("observation of %v has %d bytes, want a few, and no part of a character: %v", subject.Kind, len(data), err)
			}
		}
		if o := c.observations[cardOf(0)]; len(o.Tags) != 32 || o.Package != strings.Repeat("标签", 42)+"…" {
			t.Errorf("observation = %d tags and the package %q, want 32 and its first characters", len(o.Tags), o.Package)
		}
		if c.written > 64<<10 {
			t.Errorf("what is kept has %d bytes, want a few", c.written)
		}
	})
}

// TestTextOfFullLength wants a text that is as long as may be to be kept as it is.
func TestTextOfFullLength(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(1, 0)
		a.cards[0].Remark = aliyun.Text(strings.Repeat("r", 256))
		c := newCaller(a, nil)
		c.sweep(t)
		if got := c.observations[cardOf(0)].Remark; got != string(a.cards[0].Remark) {
			t.Errorf("remark = %q, want it whole", got)
		}
	})
}
