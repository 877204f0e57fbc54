package rule

import (
	"time"

	"signalbox/shared/incident"
)

// StoppedName is the name of [Stopped].
const StoppedName = "stopped"

// Stopped is breached while a card is stopped or suspended, and critical where it
// takes money to go on.
type Stopped struct {
	On bool // false: it is off
}

// StoppedDetails are the details of [Stopped].
type StoppedDetails struct {
	Cause   StopCause `json:"cause,omitempty"`   // empty: the card is not stopped
	Carrier string    `json:"carrier,omitempty"` // empty: unknown
}

// Rule returns [StoppedName].
func (StoppedDetails) Rule() string { return StoppedName }

func (d StoppedDetails) carrier() string { return d.Carrier }

// StopCause is why a card is stopped or suspended.
type StopCause string

// The causes, as Alibaba names them.
const (
	UserStop     StopCause = "user-stop"
	QuotaStop    StopCause = "quota-stop"
	CreditStop   StopCause = "credit-stop"
	RebindStop   StopCause = "rebind-stop"
	RealNameStop StopCause = "real-name-stop"
	AbnormalStop StopCause = "abnormal-stop"
	OtherStop    StopCause = "stopped" // for no cause that is known
	Suspended    StopCause = "suspended"
)

// stopCauses are Alibaba's numbers of them.
var stopCauses = map[string]StopCause{
	"200": UserStop,
	"300": QuotaStop,
	"400": CreditStop,
	"500": RebindStop,
	"600": RealNameStop,
	"700": AbnormalStop,
}

// Name returns [StoppedName].
func (Stopped) Name() string { return StoppedName }

func (s Stopped) evaluate(o Observation, _ time.Time) Evaluation {
	cause, known := o.stopCause(), o.Status != ""
	switch {
	case !s.On:
		return Evaluation{Status: incident.Off}
	case !known:
		return Evaluation{}
	}
	found := Evaluation{Status: incident.Breached, Severity: incident.Warning}
	switch cause {
	case "":
		found.Status, found.Severity = incident.Clear, ""
	case QuotaStop, CreditStop:
		found.Severity = incident.Critical
	default:
	}
	found.Details.Value = StoppedDetails{Cause: cause, Carrier: o.Vendor}
	return found
}

// stopCause is empty for a card that is neither stopped nor suspended.
func (o Observation) stopCause() StopCause {
	if o.Status != statusStopped && o.Status != statusSuspended {
		return ""
	}
	if cause, ok := stopCauses[o.OsStatus]; ok {
		return cause
	}
	if o.Status == statusSuspended {
		return Suspended
	}
	return OtherStop
}

func (Stopped) needsLookup(Observation, time.Time) bool { return false }

// A card that is stopped uses nothing, whatever else is the matter.
func (Stopped) inhibits(Evaluation) []string {
	return []string{ForecastName, StaleName, InactiveName}
}

func (Stopped) byListing() bool { return true }

func (Stopped) forPools() bool { return false }

func (Stopped) thresholds() []string { return nil }

func (Stopped) decode(data []byte, d *Details) error { return decodeAs[StoppedDetails](data, d) }
