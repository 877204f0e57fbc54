// Package card is the vocabulary of Signalbox: what one says about a SIM card,
// its data and its packages. It is pure: values in, values out.
//
// What Alibaba sends is text without guarantees: sizes such as "130.00MB",
// ratios such as "80%", times without a zone. The types here keep that text and
// say plainly when it could not be understood: unknown is never zero.
//
// All types are values, safe to copy, compare with == where they hold no slice,
// and use from many goroutines.
package card

import "time"

// Usage is what Alibaba knows about one card's traffic: GetCardFlowInfo's Data.
//
// https://help.aliyun.com/zh/iotmcp/developer-reference/api-getcardflowinfo
type Usage struct {
	Vendors  []VendorUsage
	Months   []MonthUsage
	Packages []Package
}

// VendorUsage is a card's traffic and signal on one carrier's network. A card
// of several networks has one for each.
type VendorUsage struct {
	Vendor         string // carrier: CMCC, CUCC or CTCC
	Used           DataSize
	Ratio          Ratio  // used share of the package
	NetworkDelay   Number // milliseconds
	SignalStrength Number // in the carrier's own scale
}

// MonthUsage is the traffic of one calendar month.
type MonthUsage struct {
	Month Month
	Flow  DataSize
	Days  []DayUsage
}

// DayUsage is the traffic of one calendar day.
type DayUsage struct {
	Day  Day
	Flow DataSize
}

// Package is one data package of a card. A zero time is unknown.
type Package struct {
	Name      string
	Remark    string
	Effective time.Time
	Expires   time.Time
}

// HighestRatio returns the largest known ratio of the card's networks, which is
// the one that stops it first. It is unknown where none is known.
func (u Usage) HighestRatio() Ratio {
	var highest Ratio
	for _, v := range u.Vendors {
		if r, ok := v.Ratio.Value(); ok {
			if h, known := highest.Value(); !known || r > h {
				highest = v.Ratio
			}
		}
	}
	return highest
}

// TotalUsed returns what was used on all the card's networks together. It is
// unknown where one of them, or all, are.
func (u Usage) TotalUsed() DataSize {
	if len(u.Vendors) == 0 {
		return DataSize{}
	}
	total := u.Vendors[0].Used
	for _, v := range u.Vendors[1:] {
		total = total.Plus(v.Used)
	}
	return total
}
