package rule

import (
	"time"

	"signalbox/shared/incident"
)

// LookupsName is the name of the rule about lookups: they are denied, or a large
// share of them fails, so that cards are evaluated by the listing alone. It is
// critical where hardly any succeeds.
const LookupsName = "lookups"

// LookupsDetails are its details.
type LookupsDetails struct {
	Lookups int    `json:"lookups"`
	Failed  int    `json:"failed"`
	Denied  bool   `json:"denied,omitempty"` // a permission is missing
	Why     string `json:"why,omitempty"`    // the most frequent cause, in words
}

// Rule returns [LookupsName].
func (LookupsDetails) Rule() string { return LookupsName }

const (
	fewLookups     = 5   // from which being denied counts
	enoughLookups  = 20  // from which a share of them counts
	failingShare   = 0.2 // from which it is large
	recoveredShare = 0.1 // below which it is small again
	nearlyAllShare = 0.9 // from which it is critical
)

type lookupsRule struct{}

func (lookupsRule) Name() string { return LookupsName }

func (lookupsRule) evaluate(o FleetObservation, _ time.Time) []Evaluation {
	found := Evaluation{Status: o.lookupStatus()}
	switch found.Status {
	case "":
		return nil
	case incident.Breached:
		found.Severity = incident.Warning
		if o.failedShare() >= nearlyAllShare {
			found.Severity = incident.Critical
		}
	default:
	}
	found.Details.Value = LookupsDetails{
		Lookups: o.Lookups, Failed: o.LookupsFailed, Denied: o.LookupDenied, Why: o.LookupError,
	}
	return []Evaluation{found}
}

// lookupStatus may be breached in the middle of a sweep. Only a whole one can say
// that it is not.
func (o FleetObservation) lookupStatus() incident.Status {
	denied := o.LookupDenied && o.LookupsFailed > 0 && o.Lookups >= fewLookups
	enough := o.Lookups >= enoughLookups
	switch {
	case denied || enough && o.failedShare() >= failingShare:
		return incident.Breached
	case !o.Complete:
		return ""
	case o.LookupsFailed <= 0 || enough && o.failedShare() < recoveredShare:
		return incident.Clear
	default:
		return incident.Hysteresis
	}
}

// failedShare is of the lookups; 0 where there were none.
func (o FleetObservation) failedShare() float64 {
	return float64(o.LookupsFailed) / float64(max(o.Lookups, 1))
}

func (lookupsRule) decode(data []byte, d *Details) error { return decodeAs[LookupsDetails](data, d) }
