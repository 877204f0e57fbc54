package fleet

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"signalbox/shared/aliyun/linkcard"
)

// Filters have Alibaba list only the cards that may expire or run out of data,
// each filter on its own. They are for fleets so large that listing them takes
// too long. The zero value lists the whole fleet.
//
// Rules other than those about expiry and usage do not see the cards that are
// left out, nor is a pool judged that no listed card shares. A card or a pool
// with an open incident is looked up even so.
type Filters struct {
	// ExpiryDays lists the cards whose package has ended, or will within so many
	// days. Zero: does not.
	ExpiryDays int
	// RestPercent lists the cards that have at most so much of their data left:
	// 10, 20 or 30. Zero: does not.
	RestPercent int
}

// NewFilters returns filters that list every card that crosses one of the
// thresholds: days before the end of its package, percent of its data used. It
// is an error where there is none, or where Alibaba has no filter for it.
func NewFilters(expiryDays, usagePercents []int) (Filters, error) {
	var f Filters
	if len(expiryDays) > 0 {
		f.ExpiryDays = slices.Max(expiryDays)
	}
	if len(usagePercents) > 0 {
		var err error
		if f.RestPercent, err = restPercent(slices.Min(usagePercents)); err != nil {
			return Filters{}, err
		}
	}
	if f == (Filters{}) {
		return Filters{}, errors.New("neither expiry nor usage has a threshold to filter by")
	}
	return f, nil
}

// restPercent returns Alibaba's closest filter for cards that have used at least
// so much.
func restPercent(used int) (int, error) {
	for _, rest := range []int{10, 20, 30} {
		if used >= 100-rest {
			return rest, nil
		}
	}
	return 0, fmt.Errorf("cards with more than 30%% of their data left cannot be filtered for, and usage alerts begin at %d%%; begin at 70%% or above", used)
}

// longAgo is before the first IoT card.
var longAgo = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// listings are the requests that list the fleet, one after the other. They stay
// the same throughout a sweep, and so do their pages.
func (f Filters) listings(started time.Time, zone *time.Location) []linkcard.ListCardInfoRequest {
	var listings []linkcard.ListCardInfoRequest
	if f.ExpiryDays > 0 {
		end := started.Add(time.Duration(f.ExpiryDays) * 24 * time.Hour)
		listings = append(listings, linkcard.ListCardInfoRequest{ExpireStart: longAgo, ExpireEnd: end, Zone: zone})
	}
	if f.RestPercent > 0 {
		listings = append(listings, linkcard.ListCardInfoRequest{MaxRestPercent: f.RestPercent})
	}
	if listings == nil {
		return []linkcard.ListCardInfoRequest{{}}
	}
	return listings
}
