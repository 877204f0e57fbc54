package linkcard

import (
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

// ListCardInfoRequest asks for one page of the account's cards.
type ListCardInfoRequest struct {
	PageNo   int        // from 1
	PageSize int        // 10, 15, 25 or 40; 0: MaxPageSize
	ICCID    card.ICCID // just this card; empty: all
}

// Model returns the request model.
func (r ListCardInfoRequest) Model() requests.AcsRequest {
	size := r.PageSize
	if size == 0 {
		size = MaxPageSize
	}
	return &struct {
		*requests.RpcRequest
		PageNo   string `position:"Query" name:"PageNo"`
		PageSize string `position:"Query" name:"PageSize"`
		Iccid    string `position:"Query" name:"Iccid"`
	}{newModel("ListCardInfo"), strconv.Itoa(r.PageNo), strconv.Itoa(size), string(r.ICCID)}
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

// CardPage is the Data of a ListCardInfoResponse.
type CardPage struct {
	PageNo    int
	PageSize  int
	PageCount int
	Total     int
	List      []CardInfo
}

// CardInfo is what the listing says of one card. It holds the fields that
// Signalbox reads; Alibaba sends more.
type CardInfo struct {
	Iccid                  aliyun.Text
	Status                 aliyun.Text // 10 testable, 20 unused, 30 in use, 35 stopped, 40 suspended, 50 destroyed
	OsStatus               aliyun.Text // why it is stopped, such as 300 quota stop
	DataType               aliyun.Text // single card or a kind of pool
	DataLevel              aliyun.Text // size of the package, such as "30MB"
	PeriodAddFlow          aliyun.Text // used in this period, such as "0KB"
	PeriodRestFlow         aliyun.Text // left in this period, such as "130.00MB"
	ExpireTime             aliyun.Text // yyyy-MM-dd HH:mm:ss, no zone
	ActiveTime             aliyun.Text
	FlowLatestModifiedTime aliyun.Text // when the usage was last refreshed
	CredentialNo           aliyun.Text // the contract the card belongs to
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

// Used returns what was used in this period, and what is left.
func (i CardInfo) Used() (used, rest card.DataSize) {
	return card.ParseDataSize(string(i.PeriodAddFlow)), card.ParseDataSize(string(i.PeriodRestFlow))
}

// Tags returns the names of the card's tags.
func (i CardInfo) Tags() []string {
	tags := make([]string, len(i.TagList))
	for n, t := range i.TagList {
		tags[n] = string(t.TagName)
	}
	return tags
}
