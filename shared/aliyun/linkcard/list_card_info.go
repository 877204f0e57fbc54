package linkcard

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

	"signalbox/shared/aliyun"
	"signalbox/shared/card"
)

// MaxPageSize is the largest page that ListCardInfo gives. Alibaba accepts 10,
// 15, 25 and 40.
const MaxPageSize = 40

// ListCardInfoRequest asks for one page of the account's cards. It lists those
// that pass every filter that is set.
type ListCardInfoRequest struct {
	PageNo   int        // from 1
	PageSize int        // 10, 15, 25 or 40; 0: MaxPageSize
	ICCID    card.ICCID // just this card; empty: all
	// ExpireStart and ExpireEnd are the first and the last second in which the
	// package may end. Zero: whenever.
	ExpireStart, ExpireEnd time.Time
	// Zone is that of the wall clock that the two are sent in. Nil: UTC.
	Zone *time.Location
	// MaxRestPercent is how much of the period's data may be left: 10, 20 or 30.
	// Zero: any amount.
	MaxRestPercent int
}

// Model returns the request model. A filter that is not set is left out.
func (r ListCardInfoRequest) Model() requests.AcsRequest {
	return &struct {
		*requests.RpcRequest
		PageNo          string `position:"Query" name:"PageNo"`
		PageSize        string `position:"Query" name:"PageSize"`
		Iccid           string `position:"Query" name:"Iccid"`
		ExpireTimeStart string `position:"Query" name:"ExpireTimeStart"`
		ExpireTimeEnd   string `position:"Query" name:"ExpireTimeEnd"`
		MaxRest         string `position:"Query" name:"MaxRestFlowPercentage"`
	}{
		newModel("ListCardInfo"), strconv.Itoa(r.PageNo), strconv.Itoa(cmp.Or(r.PageSize, MaxPageSize)), string(r.ICCID),
		r.wallClock(r.ExpireStart), r.wallClock(r.ExpireEnd), r.maxRest(),
	}
}

func (r ListCardInfoRequest) wallClock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(cmp.Or(r.Zone, time.UTC)).Format(time.DateTime)
}

// maxRest is the share as Alibaba writes it, such as "0.1".
func (r ListCardInfoRequest) maxRest() string {
	if r.MaxRestPercent == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(r.MaxRestPercent)/100, 'f', -1, 64)
}

// Subject names the card that is asked for, masked, or nothing.
func (r ListCardInfoRequest) Subject() string {
	if r.ICCID == "" {
		return ""
	}
	return r.ICCID.Masked()
}

// ListCardInfoResponse is one page of cards as it comes, texts unchanged.
type ListCardInfoResponse struct {
	Envelope
	Data CardPage
}

// CardPage is the Data of a ListCardInfoResponse. Its numbers are 0 where the
// answer does not give them or gives no numbers. None of them is to be trusted:
// Total and PageCount can disagree with each other and with List.
type CardPage struct {
	PageNo    int
	PageSize  int
	PageCount int
	Total     int
	List      []CardInfo
}

// CardInfo is what the listing says of one card. It holds the fields that
// Signalbox reads; Alibaba sends more. An element that Alibaba sends as null is an
// empty CardInfo, whose Iccid is no card's.
type CardInfo struct {
	// Garbled names the fields that came with an odd type, such as an object
	// where a text is due; they are empty. It is "CardInfo" where the element is
	// no object at all. Nil: all could be read, as far as types go.
	Garbled []string `json:"-" xml:"-"`

	Iccid                  aliyun.Text
	Status                 aliyun.Text // 10 testable, 20 unused, 30 in use, 35 stopped, 40 suspended, 50 destroyed
	OsStatus               aliyun.Text // why it is stopped, such as 300 quota stop
	DataType               aliyun.Text // singlecard, directionalcard, or a pool's: see Pool
	DataLevel              aliyun.Text // size of the package, such as "30MB"
	PeriodAddFlow          aliyun.Text // used in this period, such as "0KB"
	PeriodRestFlow         aliyun.Text // left in this period, such as "130.00MB"
	ExpireTime             aliyun.Text // yyyy-MM-dd HH:mm:ss, no zone
	ActiveTime             aliyun.Text
	FlowLatestModifiedTime aliyun.Text // when the usage was last refreshed
	CredentialNo           aliyun.Text // the plan that the card belongs to
	Period                 aliyun.Text // 1101 month, 1103 quarter, 1106 half year, 1112 year
	Vendor                 aliyun.Text
	Remark                 aliyun.Text
	TagList                []Tag
}

// Tag is a name that an operator gave to cards.
type Tag struct {
	TagName aliyun.Text
}

// ListCardInfo returns one page of cards with their usage and expiry: forty
// cards for one call.
//
// https://help.aliyun.com/zh/iotmcp/developer-reference/api-listcardinfo
func (c *Client) ListCardInfo(ctx context.Context, r ListCardInfoRequest) (ListCardInfoResponse, error) {
	return aliyun.Call[ListCardInfoResponse](ctx, c.api, r)
}

// Expires returns when the card's package ends, as a wall clock in zone; the
// zero time is unknown.
func (i CardInfo) Expires(zone *time.Location) time.Time {
	return card.ParseTime(string(i.ExpireTime), zone)
}

// Pool returns the credential of the plan whose data the card shares with
// others; empty: it has its own. A pooled card's Used says nothing of the pool,
// see [Client.GetCredentialPoolStatistics].
func (i CardInfo) Pool() string {
	switch i.DataType {
	case "sameflowcard", "directional_sameflowcard", "unityPayPool", "GREcard":
		return string(i.CredentialNo)
	default:
		return ""
	}
}

// Used returns what was used in this period, and what is left.
func (i CardInfo) Used() (used, rest card.DataSize) {
	return card.ParseDataSize(string(i.PeriodAddFlow)), card.ParseDataSize(string(i.PeriodRestFlow))
}

// Balance returns how the card's data stands at now, as far as the listing says; its
// times are wall clocks in zone. A pooled card's own numbers say nothing.
func (i CardInfo) Balance(now time.Time, zone *time.Location) card.Balance {
	b := card.Balance{Expires: i.Expires(zone)}
	if i.Pool() == "" {
		b.Used, b.Rest = i.Used()
		b.Ratio = card.RatioOf(b.Used, b.Rest)
	}
	activated := card.ParseTime(string(i.ActiveTime), zone)
	if start, renews, ok := card.Period(i.Period).Bounds(now, activated); ok {
		b.PeriodStart, b.Renews = start, renews
	}
	return b
}

// Tags returns the names of the card's tags.
func (i CardInfo) Tags() []string {
	tags := make([]string, len(i.TagList))
	for n, t := range i.TagList {
		tags[n] = string(t.TagName)
	}
	return tags
}
