package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/serve/event"
	"signalbox/shared/store"
)

// leaseName is the lease that keeps runs from overlapping.
const leaseName = "run"

// Scheduled sweeps the fleet, or goes on with a sweep that was cut off; with the
// payload "summary" it notifies of the day.
//
// scheduled: called by the timer of either cloud. The same event delivered twice
// finds nothing new the second time, and a run that overlaps another leaves.
func (f *Function) Scheduled(ctx context.Context, e event.Scheduled) (any, error) {
	if e.Payload == SummaryPayload {
		return f.Summary(ctx)
	}
	return f.Sweep(ctx)
}

// Sweep scans the fleet part by part. Each part is evaluated, its incidents
// advance, and what follows is written in one batch: changed incidents, the
// receivers' outboxes and the checkpoint. A sweep that is cut off by its deadline,
// a crash or a deploy goes on there. At the end of the run the receivers are
// notified.
//
// One card that fails does not end a sweep. An error means that the sweep is not
// done, or that notifications wait for the next run; the Report says how far it
// got.
func (f *Function) Sweep(ctx context.Context) (Report, error) {
	lease, err := f.acquireSoon(ctx)
	if errors.Is(err, store.ErrHeld) {
		f.config.Logger.LogAttrs(ctx, slog.LevelInfo, "another run has the lease", slog.String("lease", err.Error()))
		f.config.Meter.Forget(showRun) // It may be another process's, which knows more.
		return Report{Busy: true}, nil
	}
	if err != nil {
		return Report{}, f.unusable(ctx, fmt.Errorf("begin a run: %w", err))
	}
	ran, finished := false, false
	report, err := f.under(ctx, lease, func(ctx context.Context, r *run) error {
		ran = true
		scanErr := r.scan(ctx)
		finished = scanErr == nil && r.state.sweep.Checkpoint.IsBelieved()
		r.state.health.ran(r.progressed, scanErr)
		if err := r.evaluateFleet(ctx); err != nil {
			return errors.Join(scanErr, r.unusable(ctx, err))
		}
		return errors.Join(scanErr, r.notify(ctx))
	})
	if ran {
		f.config.Logger.LogAttrs(ctx, slog.LevelInfo, "run done", report.attrs()...)
	}
	if finished {
		f.config.Heartbeat.beat(ctx, f.config.Logger, f.config.Meter)
	}
	return report, err
}

// run is one invocation's part of a sweep. It owns the state while its lease
// lasts.
type run struct {
	*Function

	lease  *store.Lease
	state  *state
	ledger *ledger

	progressed bool // a part of the scan was kept
	written    time.Time
	// unsaved are changes that could not be written yet. They are written with the
	// next batch: an incident is never stored without its changes.
	unsaved []rule.Change
	// standing is what people have done, as of the last time that it was read.
	standing action.Standing
	silenced rule.Silenced
	reports  []notify.Report // of the receivers, from this run's last delivery
	// The counts of what this run has delivered, and of what still waits or
	// [notify.Unknown].
	messages, waiting, deadLetters int
}

func (f *Function) acquire(ctx context.Context) (*store.Lease, error) {
	return store.Acquire(ctx, f.config.Store, store.LeaseConfig{Name: leaseName, Length: f.config.LeaseTime, Now: f.config.Now})
}

// acquireSoon tries again for a while where the lease is held only briefly, by somebody
// whose action is being shown.
func (f *Function) acquireSoon(ctx context.Context) (*store.Lease, error) {
	lease, err := f.acquire(ctx)
	for range int(afterTime/leasePause) + 1 {
		if !errors.Is(err, store.ErrBrief) {
			return lease, err
		}
		select {
		case <-time.After(leasePause):
			lease, err = f.acquire(ctx)
		case <-ctx.Done():
			return nil, err
		}
	}
	return lease, err
}

// under does work under the lease, whose loss cancels ctx, and releases it.
func (f *Function) under(ctx context.Context, lease *store.Lease, work func(context.Context, *run) error) (_ Report, err error) {
	kept, stop := lease.Keep(ctx)
	defer func() {
		stop()
		bounded, cancel := afterwards(ctx)
		defer cancel()
		err = errors.Join(err, lease.Release(bounded))
	}()
	r := &run{Function: f, lease: lease, waiting: notify.Unknown}
	if err := r.load(kept); err != nil {
		return Report{}, f.unusable(kept, err)
	}
	err = work(kept, r)
	r.show()
	report := r.summed()
	return report, err
}

// afterwards is for what must be done although ctx may have ended.
func afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
}

// scan reads the fleet, and stops early enough to notify of what it has found.
func (r *run) scan(ctx context.Context) error {
	ctx, cancel := r.beforeDeadline(ctx)
	defer cancel()
	r.state.begin(r.config.Now())
	for part, err := range r.scanner.Scan(ctx, r.state.sweep.Checkpoint, r.known()) {
		if err != nil {
			return err
		}
		if err := r.keep(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// keep evaluates a part of the scan, advances its incidents, and writes what
// follows.
func (r *run) keep(ctx context.Context, part fleet.Part) error {
	now := r.config.Now()
	r.heed(ctx)
	for _, o := range part.Observations {
		if err := r.advance(r.grouped(o, r.evaluate(ctx, o, now), now), now); err != nil {
			return err
		}
	}
	if err := r.state.add(part, now); err != nil {
		return err
	}
	if !part.Checkpoint.Finished.IsZero() {
		if err := r.finish(ctx, now); err != nil {
			return err
		}
	}
	if !r.waits(part, now) {
		if err := r.write(ctx); err != nil {
			return err
		}
	}
	// A part may also say no more than that the listing could not be read.
	r.progressed = r.progressed || len(part.Observations)+len(part.Lookups) > 0 || !part.Checkpoint.Finished.IsZero()
	r.config.Observe(r.summed())
	return nil
}

// evaluate applies the rules to one observation. Rules that panic over it cost that
// card alone.
func (r *run) evaluate(ctx context.Context, o rule.Observation, now time.Time) (evaluations []rule.Evaluation) {
	defer func() {
		if problem := recover(); problem != nil {
			r.config.Logger.LogAttrs(ctx, slog.LevelError, "the rules panicked over a card", slog.Any("panic", problem))
			evaluations = []rule.Evaluation{rule.Unreadable{}.Failed(o.Subject, "the rules failed over it, see the log")}
		}
	}()
	return r.config.Rules.Evaluate(o, now)
}

// advance applies evaluations. The changes that follow are written with the
// incidents.
func (r *run) advance(evaluations []rule.Evaluation, now time.Time) error {
	r.silenced.Suppress(evaluations, now)
	changes, err := r.ledger.advance(evaluations, now)
	r.change(changes)
	return err
}

// change takes note of changes to be written.
func (r *run) change(changes []rule.Change) {
	r.unsaved = append(r.unsaved, changes...)
	r.state.count(changes)
}

// checkpointEvery is how often a part is written in which nothing has changed.
const checkpointEvery = time.Minute

// waits reports whether a part can be written with a later one: if the process
// dies before, the next run lists some pages again.
func (r *run) waits(part fleet.Part, now time.Time) bool {
	changed := len(r.unsaved)+len(r.ledger.changed)+len(part.Lookups) > 0 || !part.Checkpoint.Finished.IsZero()
	return !changed && now.Sub(r.written).Abs() < checkpointEvery
}

// finish adds a whole sweep to what is remembered of the sweeps.
func (r *run) finish(ctx context.Context, now time.Time) error {
	if err := r.decideGroups(ctx, now); err != nil {
		return err
	}
	late := r.ledger.records[sweepKey].IsOpen()
	r.state.health.finished(r.state.sweep.Checkpoint, now, late)
	if c := r.state.sweep.Checkpoint; !c.Partial {
		r.state.usage = withTotal(r.state.usage, r.today(now), c.Counts.Used)
	}
	return r.announceOwed(now)
}

// sweepKey is the incident of sweeps that are late or fail.
var sweepKey = incident.Key{Subject: incident.Subject{Kind: incident.Fleet, ID: rule.SweepName}, Rule: rule.SweepName}

// write stores what has changed in one batch, which a lost lease refuses. What
// was found is kept although the time for finding more has run out.
func (r *run) write(ctx context.Context) error {
	records, err := r.state.records()
	if err != nil {
		return err
	}
	outbox, err := r.notifier.Enqueue(r.unsaved)
	if err != nil {
		return err
	}
	put := slices.Concat(r.ledger.pending(), r.ledger.released(), records, outbox)
	if len(put) == 0 {
		return nil
	}
	bounded, cancel := afterwards(ctx)
	defer cancel()
	err = r.config.Store.Apply(bounded, store.Batch{If: []store.Record{r.lease.Fence()}, Put: put})
	if errors.Is(err, store.ErrConflict) {
		err = store.ErrLost
	}
	if err != nil {
		return fmt.Errorf("store what the run has found: %w", err)
	}
	r.count(r.unsaved)
	r.unsaved, r.written = nil, r.config.Now()
	r.ledger.settle()
	r.state.settle(records)
	return nil
}

// beforeDeadline ends 30 s before ctx does, or a tenth of what is left if that is
// less.
func (r *run) beforeDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	reserve := min(30*time.Second, time.Until(deadline)/10)
	return context.WithDeadline(ctx, deadline.Add(-reserve))
}
