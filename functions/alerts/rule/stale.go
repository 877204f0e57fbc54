package rule

import (
	"time"

	"signalbox/shared/incident"
)

// StaleName is the name of [Stale].
const StaleName = "stale"

// Stale is breached when the usage of a card that is in use was not counted for
// long. Of other cards there is nothing to count.
type Stale struct {
	After time.Duration // 0: it is off
}

// StaleDetails are the details of [Stale]. The facts say the rest.
type StaleDetails struct {
	Carrier string `json:"carrier,omitempty"` // empty: unknown
}

// Rule returns [StaleName].
func (StaleDetails) Rule() string { return StaleName }

func (d StaleDetails) carrier() string { return d.Carrier }

// Name returns [StaleName].
func (Stale) Name() string { return StaleName }

func (s Stale) evaluate(o Observation, now time.Time) Evaluation {
	switch {
	case s.After <= 0:
		return Evaluation{Status: incident.Off}
	case o.Status == "" || o.Refreshed.IsZero():
		return Evaluation{}
	}
	found := Evaluation{Status: incident.Clear}
	if o.Status == statusInUse && now.Sub(o.Refreshed) > s.After {
		found.Status, found.Severity = incident.Breached, incident.Warning
	}
	found.Details.Value = StaleDetails{Carrier: o.Vendor}
	return found
}

func (Stale) needsLookup(Observation, time.Time) bool { return false }

func (Stale) inhibits(Evaluation) []string { return nil }

func (Stale) byListing() bool { return true }

func (Stale) forPools() bool { return false }

func (s Stale) thresholds() []string {
	if s.After <= 0 {
		return nil
	}
	return each("%d hours", int(s.After.Hours()))
}

func (Stale) decode(data []byte, d *Details) error { return decodeAs[StaleDetails](data, d) }
