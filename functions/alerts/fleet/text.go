package fleet

import (
	"strings"
	"unicode/utf8"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
)

const (
	// maxText is how many bytes of one of Alibaba's texts are kept. Incidents,
	// notifications and lookups hold them, each its own.
	maxText = 256
	// maxTags is how many tags of a card are kept.
	maxTags = 32
)

// cut shortens a text that is far longer than any that makes sense. The rest of it is
// not kept in memory.
func cut(text aliyun.Text) aliyun.Text {
	if len(text) <= maxText {
		return text
	}
	const ellipsis = "…"
	end := maxText - len(ellipsis)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return aliyun.Text(strings.Clone(string(text[:end]))) + ellipsis
}

func cutAll(texts ...*aliyun.Text) {
	for _, text := range texts {
		*text = cut(*text)
	}
}

// cutCard shortens what the listing says of a card, but for its ICCID.
func cutCard(c *linkcard.CardInfo) {
	cutAll(&c.Status, &c.OsStatus, &c.DataType, &c.DataLevel, &c.PeriodAddFlow, &c.PeriodRestFlow, &c.ExpireTime,
		&c.ActiveTime, &c.FlowLatestModifiedTime, &c.CredentialNo, &c.Period, &c.Vendor, &c.Remark)
	tags := make([]linkcard.Tag, min(len(c.TagList), maxTags))
	for i := range tags {
		tags[i].TagName = cut(c.TagList[i].TagName)
	}
	c.TagList = tags
}

// cutFlow shortens what a lookup says of a card, as far as it is kept.
func cutFlow(data *linkcard.CardFlow) {
	for i := range data.ListPackageDTO {
		cutAll(&data.ListPackageDTO[i].PackageName)
	}
	for i := range data.ListVendorDetail {
		cutAll(&data.ListVendorDetail[i].UsedFlow, &data.ListVendorDetail[i].Ratio)
	}
}

// cutPool shortens what is said of a pool's data.
func cutPool(data *linkcard.PoolStatistics) {
	cutAll(&data.PoolUsed, &data.EffectiveTotalFlow, &data.EffectiveAvailableFlow, &data.PoolGrandTotal,
		&data.PoolGrandTotalUsed, &data.PoolAvaiable)
}
