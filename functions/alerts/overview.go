package alerts

import (
	"context"
	"time"

	"signalbox/functions/alerts/page"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// overview is what the store says of the fleet now. Reading it takes no lease and holds
// nothing: a sweep goes on meanwhile.
type overview struct {
	open     []rule.Incident // suppressed or not, in the order of their keys
	coverage page.Coverage
}

// readOverview reads the incidents first, so that they are not older than what is said of
// their age.
func (f *Function) readOverview(ctx context.Context) (overview, error) {
	var o overview
	sweepIsLate := false
	err := each(ctx, f.config.Store, incidents, func(r store.Record) error {
		i, err := decodeIncident(r)
		if err == nil && i.Phase == incident.PhaseOpen {
			o.open = append(o.open, i)
			sweepIsLate = sweepIsLate || i.Key == sweepKey
		}
		return err
	})
	if err != nil {
		return overview{}, err
	}
	s := &state{stored: make(map[string][]byte)}
	if err := each(ctx, f.config.Store, sweeps, s.decodeSingle); err != nil {
		return overview{}, err
	}
	now := f.config.Now()
	o.coverage = page.Coverage{
		Coverage: coverageOf(s.sweep.Checkpoint, now, sweepIsLate || s.health.overdue(now, f.config.Every)),
		Sweep:    s.sweep.Checkpoint.Sweep, Started: s.sweep.Checkpoint.Started, LastFinished: s.health.Finished,
	}
	return o, nil
}

// overdue reports whether a sweep should have been finished by now. The list needs it:
// once no run comes any more, none opens the incident of late sweeps.
func (h *health) overdue(now time.Time, every time.Duration) bool {
	since := h.Finished
	if since.IsZero() {
		since = h.Begun
	}
	return !since.IsZero() && now.Sub(since) > every*3/2+h.Took
}
