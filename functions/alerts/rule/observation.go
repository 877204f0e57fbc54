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
	// Unreadable says why the subject cannot be evaluated in full, in words that
	// an operator can act on, such as "the listing's ExpireTime is no time". Empty:
	// it can be. Fields that could be read are set all the same.
	Unreadable string
	// Common says that it is so of most cards of the listing: then it is an incident
	// of the fleet and not of the card.
	Common bool

	// TagsUnknown says that Tags are not all that the card has, for they could not be
	// read: its rules and silences are then only known as far as tags do not matter.
	TagsUnknown bool

	Tags    []string
	Remark  string
	Vendor  string        // carrier
	Package string        // name of the package that is effective now
	Expires time.Time     // when it ends with nothing effective after it
	Used    card.DataSize // in this period
	Rest    card.DataSize // left in this period
	Ratio   card.Ratio    // used share of the period's data
	Volume  card.DataSize // of the plan; where the card has more or less, Used and Rest know

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

	// Lookup is what the card's own data, GetCardFlowInfo, has added. LookedUpAt
	// is when it was last asked for, with an answer or not; zero: never.
	Lookup     Lookup
	LookedUpAt time.Time
	// Forecast is for the period. The zero value was not asked for.
	Forecast forecast.Forecast
	// LastUse is the last day on which the card is known to have used data; the
	// zero Day is unknown. Only a lookup can say.
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

// Alibaba's states of a card, of those that matter here.
const (
	statusInUse     = "30"
	statusStopped   = "35"
	statusSuspended = "40"
	statusDestroyed = "50"
)

// InUse reports whether o is a card that is in use, as the listing has it.
func (o Observation) InUse() bool { return o.Status == statusInUse }

// Destroyed reports whether the card is no more, as the listing has it.
func (o Observation) Destroyed() bool { return o.Status == statusDestroyed }

// pooled reports whether o is a card without data of its own.
func (o Observation) pooled() bool { return o.Subject.Kind != incident.Pool && o.Pool != "" }

// stock reports whether o is a card that is not in use and has no package yet.
func (o Observation) stock() bool {
	return o.Unreadable == "" && o.Status != "" && o.Status != statusInUse &&
		o.Expires.IsZero() && !o.Ratio.Known()
}

// ofPackage completes an evaluation that goes by the card's packages. Where its
// own data has not named them, the occasion is unknown.
func (o Observation) ofPackage(e Evaluation, instance string) Evaluation {
	switch o.Lookup {
	case WithoutPackages:
		e.Partial = true
	case LookupFailed:
	case NotLookedUp, LookedUp:
		e.Instance = instance
	}
	return e
}

// utc is empty for the zero time.
func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
