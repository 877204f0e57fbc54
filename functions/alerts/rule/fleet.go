package rule

import "time"

// FleetObservation is what the sweeps know of the fleet and of themselves.
type FleetObservation struct {
	// Total is how many cards the listing says there are, Before how many it had
	// at the end of the last whole sweep; 0: there was none.
	Total, Before int
	// Listed is how many cards the sweep has read, unreadable ones included;
	// Complete says that the listing was read to its end.
	Listed   int
	Complete bool
	// Overlap is which share of the last sweep's cards is in this one's, by a
	// sample; 1 where that is not known.
	Overlap float64

	// Lookups and LookupsFailed count this sweep's lookups; LookupError is the
	// most frequent cause, in words, and LookupDenied that it is a permission.
	Lookups, LookupsFailed int
	LookupError            string
	LookupDenied           bool

	// Begun is when the first run came, LastFinished when the last whole sweep
	// ended and LastTook how long that took; zero: there was none.
	Begun, LastFinished time.Time
	LastTook            time.Duration
	// Every is how often a sweep is expected to be done.
	Every time.Duration
	// FailedRuns counts the runs in a row that failed without progress, and
	// FailedCause says why the last one did, in words.
	FailedRuns  int
	FailedCause string

	Receivers []ReceiverObservation
}

// ReceiverObservation is how a receiver of notifications does.
type ReceiverObservation struct {
	Name    string
	Waiting int       // notifications in its outbox
	Oldest  time.Time // of them; zero: none waits
	Why     string    // why the last delivery failed, in words
}

// EvaluateFleet returns the evaluations of the rules about the fleet itself.
// Their subjects are of the kind Fleet; the one of a receiver has its name as ID.
func (p Policy) EvaluateFleet(o FleetObservation, now time.Time) []Evaluation {
	panic("not written yet")
}
