package rule

import (
	"time"

	"signalbox/shared/card"
	"signalbox/shared/incident"
)

// InactiveName is the name of [Inactive].
const InactiveName = "inactive"

// Inactive is breached when a card that is in use, and did use data before, has
// used none for some days into its period. The listing says so first; a lookup a
// day confirms it. It is off for a card that shares a pool's data.
type Inactive struct {
	Days int // 0: it is off
}

// InactiveDetails are the details of [Inactive].
type InactiveDetails struct {
	LastUse card.Day `json:"lastUse,omitzero"` // before the period
}

// Rule returns [InactiveName].
func (InactiveDetails) Rule() string { return InactiveName }

// Name returns [InactiveName].
func (Inactive) Name() string { return InactiveName }

func (i Inactive) evaluate(o Observation, now time.Time) Evaluation {
	if i.Days <= 0 || o.pooled() {
		return Evaluation{Status: incident.Off}
	}
	found := Evaluation{Status: i.status(o, now)}
	if found.Status == "" {
		return Evaluation{}
	}
	if found.Status == incident.Breached {
		found.Severity, found.Threshold.Value = incident.Warning, float64(i.Days)
	}
	if o.LastUse != (card.Day{}) {
		found.Instance = o.LastUse.String()
	}
	found.Details.Value = InactiveDetails{LastUse: o.LastUse}
	return found
}

func (i Inactive) status(o Observation, now time.Time) incident.Status {
	used, known := o.Used.Bytes()
	switch {
	case o.Status == "":
		return ""
	case o.Status != statusInUse:
		return incident.Clear
	case !known || o.PeriodStart.IsZero():
		return ""
	case used > 0:
		return incident.Clear
	case !i.idle(o, now):
		return incident.Hysteresis // a new period says nothing yet
	case o.Lookup != LookedUp:
		return ""
	case o.LastUse == (card.Day{}):
		return incident.Hysteresis // it never used any, or longer ago than is known
	case o.LastUse.String() >= card.DayOf(o.PeriodStart).String():
		return incident.Clear // the card's own data knows better
	default:
		return incident.Breached
	}
}

// idle reports whether the listing says that o was in use for so many days of its
// period and used nothing.
func (i Inactive) idle(o Observation, now time.Time) bool {
	used, known := o.Used.Bytes()
	since := o.PeriodStart
	if o.Activated.After(since) {
		since = o.Activated
	}
	return o.Status == statusInUse && known && used == 0 && !o.PeriodStart.IsZero() &&
		now.Sub(since) >= time.Duration(i.Days)*24*time.Hour
}

func (i Inactive) needsLookup(listed Observation, now time.Time) bool {
	today := !listed.LookedUpAt.IsZero() && card.DayOf(listed.LookedUpAt.In(now.Location())) == card.DayOf(now)
	return i.Days > 0 && !listed.pooled() && !today && i.idle(listed, now)
}

func (Inactive) inhibits(Evaluation) []string { return nil }

func (Inactive) byListing() bool { return false }

func (Inactive) forPools() bool { return false }

func (i Inactive) thresholds() []string {
	if i.Days <= 0 {
		return nil
	}
	return days(i.Days)
}

func (Inactive) decode(data []byte, d *Details) error { return decodeAs[InactiveDetails](data, d) }
