// Package dysms calls the text message service of Alibaba Cloud's international
// site, Dysmsapi 2018-05-01.
//
// https://www.alibabacloud.com/help/en/sms/developer-reference/api-dysmsapi-2018-05-01-overview
package dysms

import (
	"context"
	"strconv"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/dysmsapi"

	"signalbox/shared/aliyun"
)

// Client calls Dysmsapi through a signed, throttled client of its endpoint. It
// is safe for concurrent use.
type Client struct {
	api *aliyun.Client
}

// New returns a Client that calls through api.
func New(api *aliyun.Client) *Client { return &Client{api: api} }

// BreakerOpen reports whether calls of ConversionData fail at once at present, see
// [aliyun.Client.BreakerOpen].
func (c *Client) BreakerOpen() bool {
	return c.api.BreakerOpen(ConversionDataRequest{}.Model().GetActionName())
}

// ConversionDataRequest reports the conversion rate of one-time passwords:
// verified messages over requested ones.
type ConversionDataRequest struct {
	Rate       float64   // 0 to 1
	ReportTime time.Time // when the rate was observed, to the millisecond; zero: now, by Alibaba's clock
}

// maxReportAhead is how far ahead of ours a reporter's clock may be.
const maxReportAhead = 24 * time.Hour

// earliestReport is before any report and far above any time given in seconds.
var earliestReport = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// ReportTimeBounds says in words what [ReportTimeWithin] checks.
const ReportTimeBounds = "from 946684800000 (2000-01-01) to 24 hours from now"

// ReportTimeWithin reports whether a rate can be of the time at. Alibaba's page
// gives no bounds; ours keep out times in another unit.
func ReportTimeWithin(at, now time.Time) bool {
	return !at.Before(earliestReport) && !at.After(now.Add(maxReportAhead))
}

// Model returns the request model. The rate goes as a plain decimal, never with
// an exponent.
func (r ConversionDataRequest) Model() requests.AcsRequest {
	model := dysmsapi.CreateConversionDataRequest()
	model.ConversionRate = FormatRate(r.Rate)
	if !r.ReportTime.IsZero() {
		model.ReportTime = requests.Integer(strconv.FormatInt(r.ReportTime.UnixMilli(), 10))
	}
	return model
}

// Subject is empty: a rate is about no card.
func (ConversionDataRequest) Subject() string { return "" }

// FormatRate writes a rate the way Alibaba takes it: the shortest plain decimal.
func FormatRate(rate float64) string { return strconv.FormatFloat(rate, 'f', -1, 64) }

// ConversionDataResponse is the answer as it comes.
type ConversionDataResponse struct {
	ResponseCode        aliyun.Text // "OK" where all is well
	ResponseDescription aliyun.Text
	RequestID           aliyun.Text `json:"RequestId" xml:"RequestId"`
}

// Outcome says whether the report was accepted: a refusal can come with HTTP
// status 200.
func (r ConversionDataResponse) Outcome() aliyun.Outcome {
	return aliyun.Outcome{
		OK:        r.ResponseCode == "OK",
		Code:      string(r.ResponseCode),
		Message:   string(r.ResponseDescription),
		RequestID: string(r.RequestID),
	}
}

// ConversionData reports one rate. Sending the same rate for the same time
// again changes nothing, so it may be tried again. Quota: 10 calls a second for
// the main account.
//
// https://www.alibabacloud.com/help/en/sms/developer-reference/api-dysmsapi-2018-05-01-conversiondata
func (c *Client) ConversionData(ctx context.Context, r ConversionDataRequest) (ConversionDataResponse, error) {
	return aliyun.Call[ConversionDataResponse](ctx, c.api, r)
}
