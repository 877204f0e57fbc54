package alerts

import (
	"context"
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// Look is what a look at a state shows.
type Look struct {
	Open         int       // incidents, suppressed ones among them
	LastFinished time.Time // the last sweep; zero: none was
	// Runs says who has the lease of runs, and RunsUntil until when. "": nobody.
	Runs      string
	RunsUntil time.Time
}

// LookAt reads a state as a run does, and writes nothing. The error of one that a run could
// not use is a [*store.DamagedError], a [*store.SchemaError] or what keeps it from being
// reached.
func LookAt(ctx context.Context, s store.Store, now time.Time) (Look, error) {
	kept, err := openState(ctx, s)
	if err != nil {
		return Look{}, err
	}
	known, err := openLedger(ctx, s, incident.Policy{}, nil)
	if err != nil {
		return Look{}, err
	}
	l := Look{LastFinished: kept.health.Finished}
	for range known.unresolved() {
		l.Open++
	}
	l.Runs, l.RunsUntil, err = store.Holder(ctx, s, leaseName, now)
	return l, err
}
