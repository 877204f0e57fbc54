package rule

import (
	"time"

	"signalbox/shared/incident"
)

// ReceiverName is the name of the rule about each receiver: what it is to be
// notified of has waited for long.
const ReceiverName = "receiver"

// ReceiverDetails are its details.
type ReceiverDetails struct {
	Waiting int       `json:"waiting"`
	Oldest  time.Time `json:"oldest,omitzero"`
	Why     string    `json:"why,omitempty"` // the last delivery failed, in words
}

// Rule returns [ReceiverName].
func (ReceiverDetails) Rule() string { return ReceiverName }

// How long a notification may wait before that is an incident, and a critical one.
const (
	waitsLong    = time.Hour
	waitsTooLong = 24 * time.Hour
)

type receiverRule struct{}

func (receiverRule) Name() string { return ReceiverName }

func (receiverRule) evaluate(o FleetObservation, now time.Time) []Evaluation {
	var all []Evaluation
	for _, receiver := range o.Receivers {
		e := receiver.evaluate(now)
		e.Key.Subject.ID = receiver.Name
		e.Details.Value = ReceiverDetails{Waiting: receiver.Waiting, Oldest: receiver.Oldest, Why: receiver.Why}
		all = append(all, e)
	}
	return all
}

// evaluate is clear only once nothing waits.
func (r ReceiverObservation) evaluate(now time.Time) Evaluation {
	var waits time.Duration
	if !r.Oldest.IsZero() {
		waits = now.Sub(r.Oldest)
	}
	switch {
	case waits > waitsTooLong:
		return Evaluation{Status: incident.Breached, Severity: incident.Critical, Threshold: hours(waitsTooLong)}
	case waits > waitsLong:
		return Evaluation{Status: incident.Breached, Severity: incident.Warning, Threshold: hours(waitsLong)}
	case r.Waiting > 0 || !r.Oldest.IsZero():
		return Evaluation{Status: incident.Hysteresis}
	default:
		return Evaluation{Status: incident.Clear}
	}
}

func hours(d time.Duration) incident.Threshold { return incident.Threshold{Value: d.Hours()} }

func (receiverRule) decode(data []byte, d *Details) error { return decodeAs[ReceiverDetails](data, d) }
