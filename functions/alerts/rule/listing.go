package rule

import (
	"math"
	"time"

	"signalbox/shared/incident"
)

// ListingName is the name of the rule about the listing: cards are missing from
// it, it is of other cards than before, or a field cannot be read of most of them. It
// is critical where hardly anything of it can be true.
const ListingName = "listing"

// ListingDetails are its details, as [FleetObservation] has them.
type ListingDetails struct {
	Total   int     `json:"total"`
	Before  int     `json:"before"`
	Listed  int     `json:"listed"`
	Overlap float64 `json:"overlap"`
	// Odd is how many cards have a field that cannot be read of most cards, and Why
	// says which, in words.
	Odd int    `json:"odd,omitempty"`
	Why string `json:"why,omitempty"`
}

// Rule returns [ListingName].
func (ListingDetails) Rule() string { return ListingName }

// limits are the shares at which a listing is no longer good enough: of the cards
// of before that it has lost or exchanged, and of those that it should have read.
type limits struct{ lost, unread float64 }

var (
	usualListing     = limits{lost: 0.05, unread: 0.005} // clear again
	tolerableListing = limits{lost: 0.1, unread: 0.01}
	possibleListing  = limits{lost: 0.5, unread: 0.5} // else critical
)

type listingRule struct{}

func (listingRule) Name() string { return ListingName }

// evaluate needs a listing that was read to its end.
func (listingRule) evaluate(o FleetObservation, _ time.Time) []Evaluation {
	if !o.Complete {
		return nil
	}
	if math.IsNaN(o.Overlap) {
		o.Overlap = 1 // a share of nothing
	}
	found := Evaluation{Status: incident.Clear}
	switch {
	case !o.within(possibleListing):
		found.Status, found.Severity = incident.Breached, incident.Critical
	case !o.within(tolerableListing), o.Odd > 0:
		found.Status, found.Severity = incident.Breached, incident.Warning
	case !o.within(usualListing):
		found.Status = incident.Hysteresis
	}
	found.Details.Value = ListingDetails{
		Total: o.Total, Before: o.Before, Listed: o.Listed, Overlap: o.Overlap, Odd: o.Odd, Why: o.OddWhy,
	}
	return []Evaluation{found}
}

// within lets a small fleet lose one card.
func (o FleetObservation) within(l limits) bool {
	before, total := float64(o.Before), float64(o.Total)
	tooMany := func(cards float64) bool { return cards > 1 && cards >= l.lost*before }
	switch {
	case o.Before > 0 && (o.Total <= 0 || tooMany(before-total) || tooMany(before*(1-o.Overlap))):
		return false
	default:
		return total-float64(o.Listed) <= l.unread*total
	}
}

func (listingRule) decode(data []byte, d *Details) error { return decodeAs[ListingDetails](data, d) }
