package linkcard

import (
	"context"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

	"signalbox/shared/aliyun"
	"signalbox/shared/card"
)

// MaxMonths is how many months one GetCardFlowInfo may ask for.
const MaxMonths = 6

// GetCardFlowInfoRequest asks for the traffic of one card.
type GetCardFlowInfoRequest struct {
	ICCID  card.ICCID   // required
	Months []card.Month // at most MaxMonths; none: the last two
}

// Model returns the request model: Iccid, and DateList.1 to DateList.6.
func (r GetCardFlowInfoRequest) Model() requests.AcsRequest {
	months := make([]string, len(r.Months))
	for i, month := range r.Months {
		months[i] = month.Vendor()
	}
	return &struct {
		*requests.RpcRequest
		Iccid    string    `position:"Query" name:"Iccid"`
		DateList *[]string `position:"Query" name:"DateList" type:"Repeated"`
	}{newModel("GetCardFlowInfo"), string(r.ICCID), &months}
}

// Subject names the card, masked.
func (r GetCardFlowInfoRequest) Subject() string { return r.ICCID.Masked() }

// GetCardFlowInfoResponse is the answer as it comes, texts unchanged. Usage
// reads them.
type GetCardFlowInfoResponse struct {
	Envelope
	Data CardFlow
}

// CardFlow is the Data of a GetCardFlowInfoResponse.
type CardFlow struct {
	// Garbled names the lists in which something came with an odd type. They hold
	// what could be read.
	Garbled []string `json:"-" xml:"-"`

	ListVendorDetail  []VendorDetail
	ListCardMonthFlow []CardMonthFlow
	ListPackageDTO    []PackageDTO
}

// VendorDetail is one network of the card.
type VendorDetail struct {
	NetWorkDelay   aliyun.Text // milliseconds, such as "20"
	SignalStrength aliyun.Text
	Vendor         aliyun.Text // CMCC, CUCC or CTCC
	UsedFlow       aliyun.Text // such as "100MB"
	Ratio          aliyun.Text // such as "80%"
}

// CardMonthFlow is the traffic of one month.
type CardMonthFlow struct {
	FlowCount   aliyun.Text // such as "200MB"
	Month       aliyun.Text // yyyyMM
	ListDayFlow []DayFlow
}

// DayFlow is the traffic of one day: DayFlowDto in Alibaba's document.
type DayFlow struct {
	Flow aliyun.Text // such as "100MB"
	Day  aliyun.Text // yyyyMMdd
}

// PackageDTO is one data package of the card.
type PackageDTO struct {
	EffectiveTime aliyun.Text // yyyy-MM-dd HH:mm:ss, no zone
	Remark        aliyun.Text
	PackageName   aliyun.Text
	ExpireTime    aliyun.Text // yyyy-MM-dd HH:mm:ss, no zone
}

// GetCardFlowInfo returns the traffic and the packages of one card. Quota: 20
// calls a second for the main account.
//
// https://help.aliyun.com/zh/iotmcp/developer-reference/api-getcardflowinfo
func (c *Client) GetCardFlowInfo(ctx context.Context, r GetCardFlowInfoRequest) (GetCardFlowInfoResponse, error) {
	return aliyun.Call[GetCardFlowInfoResponse](ctx, c.api, r)
}

// Usage reads the texts of the answer; its times are wall clocks in zone.
func (r GetCardFlowInfoResponse) Usage(zone *time.Location) card.Usage {
	var usage card.Usage
	for _, v := range r.Data.ListVendorDetail {
		usage.Vendors = append(usage.Vendors, v.usage())
	}
	for _, m := range r.Data.ListCardMonthFlow {
		usage.Months = append(usage.Months, m.usage())
	}
	for _, p := range r.Data.ListPackageDTO {
		usage.Packages = append(usage.Packages, p.in(zone))
	}
	return usage
}

func (v VendorDetail) usage() card.VendorUsage {
	return card.VendorUsage{
		Vendor:         string(v.Vendor),
		Used:           card.ParseDataSize(string(v.UsedFlow)),
		Ratio:          card.ParseRatio(string(v.Ratio)),
		NetworkDelay:   card.ParseNumber(string(v.NetWorkDelay)),
		SignalStrength: card.ParseNumber(string(v.SignalStrength)),
	}
}

func (m CardMonthFlow) usage() card.MonthUsage {
	// A month that is no month stays the zero Month, which prints as unknown.
	month, _ := card.ParseMonth(string(m.Month))
	usage := card.MonthUsage{Month: month, Flow: card.ParseDataSize(string(m.FlowCount))}
	for _, d := range m.ListDayFlow {
		day, _ := card.ParseDay(string(d.Day))
		usage.Days = append(usage.Days, card.DayUsage{Day: day, Flow: card.ParseDataSize(string(d.Flow))})
	}
	return usage
}

func (p PackageDTO) in(zone *time.Location) card.Package {
	return card.Package{
		Name:      string(p.PackageName),
		Remark:    string(p.Remark),
		Effective: card.ParseTime(string(p.EffectiveTime), zone),
		Expires:   card.ParseTime(string(p.ExpireTime), zone),
	}
}
