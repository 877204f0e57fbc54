package rule

import (
	"time"

	"signalbox/shared/card"
	"signalbox/shared/forecast"
	"signalbox/shared/incident"
)

// Observation is what a scan knows of one card or pool at one time. What is
// unknown is zero, and no rule makes anything of it.
type Observation struct {
	Subject incident.Subject
	// Unreadable says why the subject cannot be judged, in words that an
	// operator can act on, such as "the listing's ExpireTime is no time". Empty:
	// it can be. Fields that could be read are set all the same.
	Unreadable string

	Tags    []string
	Remark  string
	Vendor  string        // carrier
	Package string        // name of the package that is effective now
	Expires time.Time     // when it ends with nothing effective after it
	Used    card.DataSize // in this period
	Rest    card.DataSize // left in this period
	Ratio   card.Ratio    // used share of the period's data

	// Pool is the credential of the plan whose data the card shares. A card's
	// own Used, Rest and Ratio are then unknown; the pool has an observation of
	// its own.
	Pool string
	// Status and OsStatus are the state of the card and the cause of it, in
	// Alibaba's numbers.
	Status, OsStatus string
	// Refreshed is when the usage was last counted: FlowLatestModifiedTime.
	Refreshed time.Time
	// Activated is when the card was first used.
	Activated time.Time
	// PeriodStart and Renews are the ends of the period in which Used was used
	// and for which Rest is left.
	PeriodStart, Renews time.Time

	// Lookup is what the card's own data, GetCardFlowInfo, has added.
	Lookup Lookup
	// Forecast is for the period. The zero value was not asked for.
	Forecast forecast.Forecast
	// LastUse is the last day on which the card is known to have used data; the
	// zero Day is unknown. Only a lookup tells.
	LastUse card.Day
	// Missing counts the card as not found: the account does not list it, and the
	// lookup says that it does not exist. Sweep names the sweep that missed it.
	Missing bool
	Sweep   string
}

// Lookup is whether a card was looked up one by one.
type Lookup string

// The states of a lookup.
const (
	NotLookedUp     Lookup = ""                 // the listing alone speaks
	LookedUp        Lookup = "looked up"        // now, or before with nothing changed since
	WithoutPackages Lookup = "without packages" // answered, but without any package
	LookupFailed    Lookup = "failed"           // denied, or no answer: the listing alone speaks
)
