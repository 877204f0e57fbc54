package alerts

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/linkcard"
)

// Triage is how the listing of the fleet is asked for.
type Triage string

// The ways to ask.
const (
	TriageAll      Triage = "all"      // for every card
	TriageFiltered Triage = "filtered" // by [Filters]
)

// UnmarshalText accepts the ways by name.
func (t *Triage) UnmarshalText(text []byte) error {
	if *t = Triage(text); *t != TriageAll && *t != TriageFiltered {
		return errors.New("must be all or filtered")
	}
	return nil
}

// Filters have Alibaba list only the cards that Expiry or Usage may fire on, each
// filter on its own. They are for fleets so large that listing them takes too
// long. The zero value lists the whole fleet.
//
// The rules Stopped, Stale and Forecast do not see the cards left out, nor is a
// pool judged that no listed card shares. A card or a pool with an open incident
// is looked up even so.
type Filters struct {
	// ExpiryDays lists the cards whose package has ended, or will within so many
	// days. Zero: does not.
	ExpiryDays int
	// RestPercent lists the cards that have at most so much of their data left:
	// 10, 20 or 30. Zero: does not.
	RestPercent int
}

// FiltersOf returns filters that list every card on which Expiry or Usage of p
// fires. It is an error if there are none.
func FiltersOf(p rule.Policy) (Filters, error) {
	days, percents := slices.Clone(p.Default.ExpiryDays), slices.Clone(p.Default.UsagePercent)
	for _, o := range p.Overrides {
		days, percents = append(days, o.Settings.ExpiryDays...), append(percents, o.Settings.UsagePercent...)
	}
	var f Filters
	if len(days) > 0 {
		f.ExpiryDays = slices.Max(days)
	}
	if len(percents) > 0 {
		var err error
		if f.RestPercent, err = restPercent(slices.Min(percents)); err != nil {
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

// filtered reports whether cards are left out of the listing.
func (f *Function) filtered() bool { return len(f.config.Watch) == 0 && f.config.Filters != Filters{} }

// partial reports whether a sweep sees less than the whole account.
func (f *Function) partial() bool { return len(f.config.Watch) > 0 || f.filtered() }
