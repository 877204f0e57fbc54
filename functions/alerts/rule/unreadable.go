package rule

import (
	"time"

	"signalbox/shared/incident"
)

// UnreadableName is the name of [Unreadable].
const UnreadableName = "unreadable"

// Unreadable is breached when something that is known of a card or a pool cannot be
// read, so that other rules may have nothing to say. It is always on. What cannot be
// read of most cards is an incident of the listing instead, see [ListingName].
type Unreadable struct{}

// UnreadableDetails are the details of [Unreadable].
type UnreadableDetails struct {
	Why string `json:"why,omitempty"` // in words; empty: it can be read
}

// Rule returns [UnreadableName].
func (UnreadableDetails) Rule() string { return UnreadableName }

// Name returns [UnreadableName].
func (Unreadable) Name() string { return UnreadableName }

func (Unreadable) evaluate(o Observation, _ time.Time) Evaluation {
	if o.Common {
		return Evaluation{}
	}
	found := Evaluation{Status: incident.Clear}
	if o.Unreadable != "" {
		found.Status, found.Severity = incident.Breached, incident.Warning
	}
	found.Details.Value = UnreadableDetails{Why: o.Unreadable}
	return found
}

// Failed is the evaluation of a subject over which the rules themselves failed.
func (u Unreadable) Failed(subject incident.Subject, why string) Evaluation {
	e := u.evaluate(Observation{Unreadable: why}, time.Time{})
	e.Key = incident.Key{Subject: subject, Rule: UnreadableName}
	return e
}

func (Unreadable) needsLookup(Observation, time.Time) bool { return false }

func (Unreadable) inhibits(Evaluation) []string { return nil }

func (Unreadable) byListing() bool { return true }

func (Unreadable) forPools() bool { return true }

func (Unreadable) thresholds() []string { return nil }

func (Unreadable) decode(data []byte, d *Details) error { return decodeAs[UnreadableDetails](data, d) }
