package cardflow

import (
	"time"

	"signalbox/shared/card"
)

// flow is the answer to a lookup. What is unknown is null, never zero, and the
// vendor's own text stands beside each size.
type flow struct {
	ICCID     string    `json:"iccid"`
	RequestID string    `json:"requestId"`
	Vendors   []vendor  `json:"vendors"`
	Months    []month   `json:"months"`
	Packages  []dataPkg `json:"packages"`
}

type vendor struct {
	Vendor         *string  `json:"vendor"`
	UsedBytes      *int64   `json:"usedBytes"`
	UsedFlow       *string  `json:"usedFlow"`
	Ratio          *float64 `json:"ratio"`
	NetworkDelayMs *float64 `json:"networkDelayMs"`
	SignalStrength *float64 `json:"signalStrength"`
}

type month struct {
	Month     *string `json:"month"`
	FlowBytes *int64  `json:"flowBytes"`
	Flow      *string `json:"flow"`
	Days      []day   `json:"days"`
}

type day struct {
	Day       *string `json:"day"`
	FlowBytes *int64  `json:"flowBytes"`
	Flow      *string `json:"flow"`
}

type dataPkg struct {
	Name          *string `json:"name"`
	Remark        string  `json:"remark"`
	EffectiveTime *string `json:"effectiveTime"`
	ExpireTime    *string `json:"expireTime"`
}

func newFlow(id card.ICCID, requestID string, u card.Usage) flow {
	return flow{
		ICCID:     string(id),
		RequestID: requestID,
		Vendors:   each(u.Vendors, newVendor),
		Months:    each(u.Months, newMonth),
		Packages:  each(u.Packages, newPackage),
	}
}

func newVendor(v card.VendorUsage) vendor {
	return vendor{
		Vendor:         given(v.Vendor),
		UsedBytes:      known(v.Used.Bytes()),
		UsedFlow:       given(v.Used.Text()),
		Ratio:          known(v.Ratio.Value()),
		NetworkDelayMs: known(v.NetworkDelay.Value()),
		SignalStrength: known(v.SignalStrength.Value()),
	}
}

func newMonth(m card.MonthUsage) month {
	return month{
		Month:     known(m.Month.String(), m.Month != card.Month{}),
		FlowBytes: known(m.Flow.Bytes()),
		Flow:      given(m.Flow.Text()),
		Days:      each(m.Days, newDay),
	}
}

func newDay(d card.DayUsage) day {
	return day{
		Day:       known(d.Day.String(), d.Day != card.Day{}),
		FlowBytes: known(d.Flow.Bytes()),
		Flow:      given(d.Flow.Text()),
	}
}

func newPackage(p card.Package) dataPkg {
	return dataPkg{Name: given(p.Name), Remark: p.Remark, EffectiveTime: moment(p.Effective), ExpireTime: moment(p.Expires)}
}

// each maps a list, and no list to an empty one: JSON has [] for it, not null.
func each[T, U any](list []T, f func(T) U) []U {
	out := make([]U, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

// known returns a value that JSON shows, or nil, which it shows as null.
func known[T any](value T, ok bool) *T {
	if !ok {
		return nil
	}
	return &value
}

func given(text string) *string { return known(text, text != "") }

func moment(t time.Time) *string { return known(t.Format(time.RFC3339), !t.IsZero()) }
