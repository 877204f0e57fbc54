// Package flow is the answer of a lookup: what a card has used, what is left of its
// package, and how long that lasts; and its forms as JSON and as CSV. It is pure.
package flow

import (
	"math"
	"time"

	"signalbox/shared/card"
	"signalbox/shared/forecast"
)

// Flow is what is known of one card. What is unknown is zero, and null in JSON. It is
// not changed once it is made, and may then be used by many goroutines.
type Flow struct {
	ICCID card.ICCID
	// Usage is what GetCardFlowInfo says, for the months that were asked for.
	Usage card.Usage
	// Listing is what ListCardInfo says. Its zero value is a listing that failed.
	Listing Listing
	// Balance is how the data stands by both, as alerts sees it too.
	Balance card.Balance
	// Forecast says whether the data lasts.
	Forecast forecast.Forecast

	// RetrievedAt is when Alibaba was asked, in the fleet's zone. Stale says that
	// Alibaba could not be asked again since, though it was time to.
	RetrievedAt time.Time
	Stale       bool
	RequestID   string // of GetCardFlowInfo
	PageURL     string // of the card's page, signed; "": there are no pages
}

// Listing is what the listing alone says of a card.
type Listing struct {
	Known    bool   // the listing was read
	Status   string // Alibaba's number, such as 30 for in use
	OsStatus string // Alibaba's number for why it is stopped
	Tags     []string
	// TagsUnknown says that Tags could not be read.
	TagsUnknown bool
	Remark      string
	Pool        string        // credential of the plan whose data the card shares; "": its own
	Size        card.DataSize // of the package
	Counted     time.Time     // when the usage was last counted
	Activated   time.Time
	Balance     card.Balance
}

// New makes the answer of what Alibaba said at that time, which is in the fleet's zone.
func New(id card.ICCID, u card.Usage, l Listing, at time.Time) Flow {
	balance := l.Balance.Confirmed(card.BalanceOf(u, l.Pool != "", at))
	return Flow{
		ICCID: id, Usage: u, Listing: l, Balance: balance,
		Forecast: forecast.OfCard(balance, u, at), RetrievedAt: at,
	}
}

// DaysLeft returns how many whole days the package still had when it was retrieved,
// 0 where it has ended, and whether that is known.
func (f Flow) DaysLeft() (int, bool) {
	if f.Balance.Expires.IsZero() {
		return 0, false
	}
	return max(0, int(math.Floor(f.Balance.Expires.Sub(f.RetrievedAt).Hours()/24))), true
}

// MonthsTotal returns what was used in all the months together. It is unknown where
// one of them, or all, are.
func (f Flow) MonthsTotal() card.DataSize {
	var total card.DataSize
	for i, m := range f.Usage.Months {
		if i == 0 {
			total = m.Flow
			continue
		}
		total = total.Plus(m.Flow)
	}
	return total
}

// statuses are Alibaba's states of a card, in words.
//
// https://help.aliyun.com/zh/iotmcp/developer-reference/api-listcardinfo
var statuses = map[string]string{
	"10": "testable", "20": "unused", "30": "inUse", "35": "stopped", "40": "suspended", "50": "destroyed",
}

// StatusWord returns the state of the card in a word, such as inUse, or "" where Alibaba's
// number for it has none.
func (l Listing) StatusWord() string { return statuses[l.Status] }
