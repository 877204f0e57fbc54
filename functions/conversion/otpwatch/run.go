package otpwatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/shared/incident"
	"signalbox/shared/metric"
	"signalbox/shared/notify"
	"signalbox/shared/receiver"
	"signalbox/shared/store"
)

// Report is what the watch did in one run.
type Report struct {
	Windows  int `json:"windows"`  // that were compared with the past
	Open     int `json:"open"`     // incidents that are open after the run
	Opened   int `json:"opened"`   // incidents
	Worsened int `json:"worsened"` // likewise
	Resolved int `json:"resolved"` // likewise
	Flapping int `json:"flapping"` // likewise
	Messages int `json:"messages"` // that receivers took
	Waiting  int `json:"waiting"`  // notifications that wait for the next run, or [notify.Unknown]
	Behind   int `json:"behind"`   // receivers that did not take all that is for them
	// DeadLetters are notifications that this run gave up.
	DeadLetters int `json:"deadLetters"`
	// Damaged are records that could not be decoded. They were moved aside, and the watch
	// begins anew there.
	Damaged int `json:"damaged"`
	// Why is what kept the watch from all that it should do; empty: nothing did.
	Why string `json:"why,omitempty"`
}

// Run is one run of the watch. It is not safe for concurrent use.
type Run struct {
	*Watch

	fence     store.Record
	past      past
	incidents *incidents
	aside     []store.Record // to be moved aside with the next batch
	report    Report
	reports   []notify.Report // of the receivers
	failed    error           // why nothing more is written: memory may differ from the store
}

// Begin reads what there is. fence is required of every write.
func (w *Watch) Begin(ctx context.Context, fence store.Record) (*Run, error) {
	p, damagedPast, err := w.loadPast(ctx)
	if err != nil {
		return nil, err
	}
	kept, damaged, err := w.loadIncidents(ctx)
	if err != nil {
		return nil, err
	}
	r := &Run{Watch: w, fence: fence, past: p, incidents: kept}
	r.setAside(ctx, "profile", damagedPast)
	r.setAside(ctx, "incident", damaged)
	return r, nil
}

// setAside has records that cannot be decoded be moved to where the last of their kind is.
func (r *Run) setAside(ctx context.Context, kind string, damaged []store.Record) {
	for _, record := range damaged {
		r.report.Damaged++
		r.config.Logger.LogAttrs(ctx, slog.LevelError, "a record of the watch cannot be decoded, it is moved aside and begins anew",
			slog.String("kind", kind), slog.String("aside", asideCollection+"/"+kind), slog.Int("bytes", len(record.Value)))
		r.aside = append(r.aside,
			store.Record{Collection: asideCollection, Key: kind, Value: record.Value},
			store.Record{Collection: record.Collection, Key: record.Key})
	}
}

// Report returns what the run did so far.
func (r *Run) Report() Report {
	report := r.report
	report.Open = len(r.incidents.open())
	return report
}

// Evaluate advances the incidents by evaluations that are not about windows, and writes
// what follows. It reports whether there is something to deliver.
func (r *Run) Evaluate(ctx context.Context, evaluations ...watch.Evaluation) (changed bool, err error) {
	changes, err := r.incidents.advance(evaluations, r.config.Now())
	if err != nil {
		return false, r.fail(err)
	}
	return len(changes) > 0, r.write(ctx, changes)
}

// write stores what has changed in one batch, which a lost lease refuses.
func (r *Run) write(ctx context.Context, changes []watch.Change, more ...store.Record) error {
	if r.failed != nil {
		return r.failed
	}
	outbox, err := r.notifier.Enqueue(changes)
	if err != nil {
		return r.fail(err)
	}
	put := slices.Concat(r.aside, more, r.incidents.pending(), outbox)
	if len(put) == 0 {
		return nil
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = r.config.Store.Apply(bounded, store.Batch{If: []store.Record{r.fence}, Put: put})
	if errors.Is(err, store.ErrConflict) {
		err = store.ErrLost
	}
	if err != nil {
		return r.fail(fmt.Errorf("store what the watch has found: %w", err))
	}
	r.aside = nil
	r.incidents.settle()
	r.count(ctx, changes)
	return nil
}

func (r *Run) fail(err error) error {
	r.failed = err
	return err
}

// count counts and logs changes that were written.
func (r *Run) count(ctx context.Context, changes []watch.Change) {
	for _, c := range changes {
		switch c.Kind {
		case incident.Opened:
			r.report.Opened++
		case incident.Worsened:
			r.report.Worsened++
		case incident.Resolved:
			r.report.Resolved++
		case incident.Flapping:
			r.report.Flapping++
		case incident.Reminded:
		}
		r.config.Meter.Add(metric.IncidentChanges, 1, c.Incident.Key.Rule, string(c.Kind))
		level := slog.LevelInfo
		if !c.IsOver() {
			level = slog.LevelWarn
		}
		r.config.Logger.LogAttrs(ctx, level, "incident", slog.String("became", string(c.Kind)), slog.String("rule", c.Incident.Key.Rule),
			slog.String("subject", c.Incident.Key.Subject.ID), slog.String("severity", string(c.Incident.Severity)),
			slog.String("id", c.Incident.ID()), slog.String("change", c.ID))
	}
}

// Deliver delivers what is in the outboxes. It may run beside what does not use r. An error
// means that the state of a receiver could not be used; what one does not take waits for
// the next run.
func (r *Run) Deliver(ctx context.Context) (err error) {
	if r.failed != nil || ctx.Err() != nil {
		return nil //nolint:nilerr // A failure was returned where it happened; without time, all waits for the next run.
	}
	now := r.config.Now()
	r.reports = r.notifier.Deliver(ctx, notify.Run[watch.Details]{
		Fence: r.fence, Open: r.incidents.open(), Earlier: r.reports,
		Writer: func(receiver string) notify.Writer[watch.Details] { return r.config.Writer(receiver, now) },
	})
	receiver.CountDelivery(r.config.Meter, r.reports)
	r.report.Waiting, r.report.Behind = 0, 0
	for _, one := range r.reports {
		r.report.Messages += one.Messages
		r.report.DeadLetters += one.DeadLettered
		if one.Err != nil {
			err = errors.Join(err, fmt.Errorf("notify %s: %w", one.Receiver, one.Err))
		}
		r.wait(ctx, one)
	}
	return errors.Join(err, r.rememberFallbacks(ctx))
}

// rememberFallbacks remembers who was notified of incidents in place of receivers, so that
// they are notified of the end, too.
func (r *Run) rememberFallbacks(ctx context.Context) error {
	for _, one := range r.reports {
		for name, keys := range one.FellBack {
			for _, key := range keys {
				if err := r.incidents.notified(key, name); err != nil {
					return r.fail(err)
				}
			}
		}
	}
	return r.write(ctx, nil)
}

// wait counts what waits for a receiver.
func (r *Run) wait(ctx context.Context, one notify.Report) {
	if one.Waiting == 0 && one.Err == nil {
		return
	}
	r.report.Behind++
	if one.Waiting == notify.Unknown || r.report.Waiting == notify.Unknown {
		r.report.Waiting = notify.Unknown
	} else {
		r.report.Waiting += one.Waiting
	}
	attrs := []slog.Attr{slog.String("receiver", one.Receiver), slog.Int("waiting", one.Waiting), slog.String("why", one.Why)}
	if !one.Oldest.IsZero() {
		attrs = append(attrs, slog.Time("oldest", one.Oldest))
	}
	r.config.Logger.LogAttrs(ctx, slog.LevelError, "notifications wait for the next run", attrs...)
}
