package rule

import (
	"time"

	"signalbox/shared/incident"
)

// FleetObservation is what the sweeps know of the fleet and of themselves.
type FleetObservation struct {
	// Total is how many cards the listing says there are. Before is how many were
	// read by the last sweep before this one whose listing was believed; 0: there was
	// none. A wrong listing that comes again is thus still compared with a right one.
	Total, Before int
	// Listed is how many cards the sweep has read, unreadable ones included;
	// Complete says that the listing was read to its end.
	Listed   int
	Complete bool
	// Overlap is which share of the cards of Before is in this sweep's listing, by
	// a sample; 1 where that is not known. Without a Before it does not count.
	Overlap float64
	// Odd counts the cards that are unreadable for a cause that most cards have in
	// common, and OddWhy is the most frequent such cause, in words.
	Odd    int
	OddWhy string

	// Lookups and LookupsFailed count this sweep's lookups; LookupError is the
	// most frequent cause, in words, and LookupDenied that it is a permission.
	Lookups, LookupsFailed int
	LookupError            string
	LookupDenied           bool

	// Begun is when the first run came, LastFinished when the last whole sweep
	// ended and LastTook how long that took; zero: there was none. LastGap is from
	// the end of the whole sweep before it to its own; 0: not known.
	Begun, LastFinished time.Time
	LastTook, LastGap   time.Duration
	// Every is how often a sweep is expected to be done. 0: nobody expects any.
	Every time.Duration
	// FailedRuns counts the runs in a row that failed and got no further, and
	// FailedCause says why the last one did, in words.
	FailedRuns  int
	FailedCause string

	Receivers []ReceiverObservation
}

// ReceiverObservation is how a receiver of notifications does. One that was
// removed while its incident is open is observed once more, with nothing waiting.
type ReceiverObservation struct {
	Name    string
	Waiting int       // notifications in its outbox
	Oldest  time.Time // of them; zero: none waits
	Why     string    // why the last delivery failed, in words
}

// fleetRule is one rule about the fleet itself. These have no settings.
type fleetRule interface {
	// Name is in keys and details. It never changes.
	Name() string
	// evaluate returns all but the rule, the kind of the subject and the
	// suppression, and nothing where o says too little.
	evaluate(o FleetObservation, now time.Time) []Evaluation
	// decode reads the rule's details into d.
	decode(data []byte, d *Details) error
}

// fleetRules are all of them, in the order in which they are evaluated.
var fleetRules = []fleetRule{
	sweepRule{},
	lookupsRule{},
	listingRule{},
	receiverRule{},
}

// EvaluateFleet returns the evaluations of the rules about the fleet itself.
// Their subjects are of the kind Fleet. The one of a receiver has its name as ID,
// others have the name of the rule.
func (p Policy) EvaluateFleet(o FleetObservation, now time.Time) []Evaluation {
	var evaluations []Evaluation
	for _, r := range fleetRules {
		for _, e := range r.evaluate(o, now) {
			id := e.Key.Subject.ID
			if id == "" {
				id = r.Name()
			}
			e.Key = incident.Key{Subject: incident.Subject{Kind: incident.Fleet, ID: id}, Rule: r.Name()}
			evaluations = append(evaluations, e)
		}
	}
	p.suppress(evaluations, Silence.silencesFleet, inhibitions{}, now)
	return evaluations
}
