package fleet

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// observe is what the listing alone says of a card.
func (r *run) observe(c listedCard) rule.Observation {
	zone := r.config.Zone
	cutCard(&c.CardInfo)
	o := rule.Observation{
		Subject: subjectOf(c),
		Tags:    c.Tags(), TagsUnknown: slices.Contains(c.Garbled, "TagList") || slices.Contains(c.Garbled, "CardInfo"),
		Remark:    string(c.Remark),
		Vendor:    string(c.Vendor),
		Status:    string(c.Status),
		OsStatus:  string(c.OsStatus),
		Pool:      c.Pool(),
		Refreshed: card.ParseTime(string(c.FlowLatestModifiedTime), zone),
		Activated: card.ParseTime(string(c.ActiveTime), zone),
	}
	o = withBalance(o, c.Balance(r.now, zone))
	if o.Pool == "" {
		o.Volume = card.ParseDataSize(string(c.DataLevel))
	}
	if o.Unreadable = oddField(c, o); o.Unreadable == "" && o.TagsUnknown && r.config.Rules.GoesByTag() {
		o.Unreadable = "the listing's TagList is no list of tags"
	}
	return o
}

// balanceOf is how the card's data stands by what is known of it.
func balanceOf(o rule.Observation) card.Balance {
	return card.Balance{
		Used: o.Used, Rest: o.Rest, Ratio: o.Ratio,
		PeriodStart: o.PeriodStart, Renews: o.Renews, Package: o.Package, Expires: o.Expires,
	}
}

func withBalance(o rule.Observation, b card.Balance) rule.Observation {
	o.Used, o.Rest, o.Ratio = b.Used, b.Rest, b.Ratio
	o.PeriodStart, o.Renews, o.Package, o.Expires = b.PeriodStart, b.Renews, b.Package, b.Expires
	return o
}

// unlisted is what is known of a card without the listing.
func unlisted(s incident.Subject) rule.Observation {
	return rule.Observation{Subject: s, TagsUnknown: true}
}

// oddField says which field of the listing that rules go by, whatever they are, cannot be
// read.
func oddField(c listedCard, o rule.Observation) string {
	_, err := card.ParseICCID(o.Subject.ID)
	odd := func(field string, text aliyun.Text, read bool) bool {
		return slices.Contains(c.Garbled, field) || given(text) && !read
	}
	switch {
	case slices.Contains(c.Garbled, "CardInfo"):
		return "the listing's entry is no card"
	case err != nil:
		return "the listing's Iccid is no ICCID"
	case odd("Status", c.Status, true):
		return "the listing's Status is no text"
	case !given(c.Status):
		return "the listing's Status is missing"
	case odd("ExpireTime", c.ExpireTime, !o.Expires.IsZero()):
		return "the listing's ExpireTime is no time"
	case odd("FlowLatestModifiedTime", c.FlowLatestModifiedTime, !o.Refreshed.IsZero()):
		return "the listing's FlowLatestModifiedTime is no time"
	case o.Pool == "" && odd("PeriodAddFlow", c.PeriodAddFlow, o.Used.Known()):
		return "the listing's PeriodAddFlow is no amount of data"
	case o.Pool == "" && odd("PeriodRestFlow", c.PeriodRestFlow, o.Rest.Known()):
		return "the listing's PeriodRestFlow is no amount of data"
	default:
		return ""
	}
}

// oddPackage says what of a card's packages cannot be read.
func oddPackage(data linkcard.CardFlow, zone *time.Location) string {
	for _, p := range data.ListPackageDTO {
		if given(p.ExpireTime) && card.ParseTime(string(p.ExpireTime), zone).IsZero() {
			return "the ExpireTime of the card's package is no time"
		}
	}
	if slices.Contains(data.Garbled, "ListPackageDTO") {
		return "the card's packages cannot be read"
	}
	return ""
}

// given reports whether a text is there: Alibaba also writes a dash for nothing.
func given(text aliyun.Text) bool { return strings.Trim(string(text), " -") != "" }

// subjectOf names a listed card, be its ICCID as it may.
func subjectOf(c listedCard) incident.Subject {
	id := cleanID(string(c.Iccid))
	if id == "" {
		id = c.rowID()
	}
	return incident.Subject{Kind: incident.Card, ID: id}
}

// maxID is how long the name of a card can be that has no proper ICCID.
const maxID = 64

// cleanID returns an ICCID without what would not do in a name.
func cleanID(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '/' || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, strings.TrimSpace(text))
	runes := []rune(text)
	return string(runes[:min(len(runes), maxID)])
}
