package flow

import (
	"encoding/json"
	"math"
	"time"

	"signalbox/shared/card"
	"signalbox/shared/forecast"
)

// wire is the JSON form. What is unknown is null, never zero, and the vendor's own
// text stands beside each size.
type wire struct {
	ICCID     string    `json:"iccid"`
	RequestID string    `json:"requestId"`
	Vendors   []vendor  `json:"vendors"`
	Months    []month   `json:"months"`
	Packages  []dataPkg `json:"packages"`

	Status     *string  `json:"cardStatus"`
	StatusCode *string  `json:"cardStatusCode"`
	Tags       []string `json:"tags"` // null where they are unknown
	Remark     *string  `json:"remark"`
	Pool       *string  `json:"pool"`

	Package      *string  `json:"package"`
	PackageBytes *int64   `json:"packageBytes"`
	PackageFlow  *string  `json:"packageFlow"`
	UsedBytes    *int64   `json:"usedBytes"`
	UsedFlow     *string  `json:"usedFlow"`
	RestBytes    *int64   `json:"restBytes"`
	RestFlow     *string  `json:"restFlow"`
	Ratio        *float64 `json:"ratio"`
	RenewTime    *string  `json:"renewTime"`
	ExpireTime   *string  `json:"expireTime"`
	DaysLeft     *int     `json:"daysLeft"`
	CountedTime  *string  `json:"countedTime"`
	Totals       totals   `json:"totals"`
	Forecast     expected `json:"forecast"`

	RetrievedAt *string `json:"retrievedAt"`
	Stale       bool    `json:"stale"`
	PageURL     *string `json:"pageUrl"`
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

// totals are over all networks of the card, and over all months that were asked for.
type totals struct {
	VendorsBytes *int64  `json:"vendorsBytes"`
	VendorsFlow  *string `json:"vendorsFlow"`
	MonthsBytes  *int64  `json:"monthsBytes"`
	MonthsFlow   *string `json:"monthsFlow"`
}

// expected is the forecast; reason says why there is none.
type expected struct {
	Reason          *string  `json:"reason"`
	Probability     *float64 `json:"probability"`
	Rough           *bool    `json:"rough"`
	Expected        *string  `json:"expected"`
	Earliest        *string  `json:"earliest"`
	Latest          *string  `json:"latest"`
	MeanPerDayBytes *int64   `json:"meanPerDayBytes"`
	MeanPerDayFlow  *string  `json:"meanPerDayFlow"`
	Points          int      `json:"points"`
}

// MarshalJSON writes the answer of a lookup.
func (f Flow) MarshalJSON() ([]byte, error) { return json.Marshal(f.wire()) }

func (f Flow) wire() wire {
	l, b, u := f.Listing, f.Balance, f.Usage
	return wire{
		ICCID:        string(f.ICCID),
		RequestID:    f.RequestID,
		Vendors:      each(u.Vendors, newVendor),
		Months:       each(u.Months, newMonth),
		Packages:     each(u.Packages, newPackage),
		Status:       given(l.StatusWord()),
		StatusCode:   given(l.Status),
		Tags:         l.tags(),
		Remark:       known(l.Remark, l.Known),
		Pool:         given(l.Pool),
		Package:      given(b.Package),
		PackageBytes: known(l.Size.Bytes()),
		PackageFlow:  given(l.Size.Text()),
		UsedBytes:    known(b.Used.Bytes()),
		UsedFlow:     given(b.Used.Text()),
		RestBytes:    known(b.Rest.Bytes()),
		RestFlow:     given(b.Rest.Text()),
		Ratio:        known(b.Ratio.Value()),
		RenewTime:    moment(b.Renews),
		ExpireTime:   moment(b.Expires),
		DaysLeft:     known(f.DaysLeft()),
		CountedTime:  moment(l.Counted),
		Totals:       newTotals(f),
		Forecast:     newExpected(f.Forecast),
		RetrievedAt:  moment(f.RetrievedAt),
		Stale:        f.Stale,
		PageURL:      given(f.PageURL),
	}
}

func (l Listing) tags() []string {
	if !l.Known || l.TagsUnknown {
		return nil
	}
	return append([]string{}, l.Tags...)
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
	return day{Day: dayText(d.Day), FlowBytes: known(d.Flow.Bytes()), Flow: given(d.Flow.Text())}
}

func newPackage(p card.Package) dataPkg {
	return dataPkg{Name: given(p.Name), Remark: p.Remark, EffectiveTime: moment(p.Effective), ExpireTime: moment(p.Expires)}
}

func newTotals(f Flow) totals {
	vendors, months := f.Usage.TotalUsed(), f.MonthsTotal()
	return totals{
		VendorsBytes: known(vendors.Bytes()), VendorsFlow: known(vendors.Text(), vendors.Known()),
		MonthsBytes: known(months.Bytes()), MonthsFlow: known(months.Text(), months.Known()),
	}
}

// newExpected rounds the probability to what it means: a forecast is no surer than that.
func newExpected(f forecast.Forecast) expected {
	e := expected{Reason: given(f.Reason), Points: f.Points}
	if !f.Known {
		return e
	}
	e.Probability = known(math.Round(f.Probability*100)/100, true)
	e.Rough = known(f.Rough, true)
	e.Expected, e.Earliest, e.Latest = dayText(f.Expected), dayText(f.Earliest), dayText(f.Latest)
	e.MeanPerDayBytes, e.MeanPerDayFlow = known(f.MeanPerDay.Bytes()), given(f.MeanPerDay.Text())
	return e
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

func dayText(d card.Day) *string { return known(d.String(), d != card.Day{}) }
