package conversion

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/otpwatch"
	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
)

// The watch and the sending of rates do not starve each other: windows are learnt first,
// for at most a part of what is left of the run, and receivers are notified while rates
// are sent, so that one that does not answer makes a run no longer than that.
const (
	longestLearning = 20 * time.Second
	longestDelivery = 30 * time.Second
	learningShare   = 4 // of what is left, as 1 / n
	deliveryShare   = 2
)

// watching is the watch's part of a run.
type watching struct {
	*run

	watch     *otpwatch.Run // nil: there is none
	err       error
	delivered chan struct{}
}

// beginWatching learns the windows that have closed, and begins to notify receivers.
func (r *run) beginWatching(ctx context.Context) *watching {
	w := &watching{run: r, delivered: make(chan struct{})}
	w.guard(ctx, func() error {
		if r.config.Watch == nil {
			return nil
		}
		begun, err := r.config.Watch.Begin(ctx, r.fence)
		if err != nil {
			r.report.Watch.Why = "the state could not be used, see the log"
			return fmt.Errorf("watch the OTP rates: %w", err)
		}
		w.watch = begun
		learning, cancel := share(ctx, longestLearning, learningShare)
		defer cancel()
		return begun.Learn(learning)
	})
	go func() {
		defer close(w.delivered)
		w.guard(ctx, func() error { return w.deliver(ctx) })
	}()
	return w
}

// end waits until receivers are notified, and evaluates how the reports of rates do.
func (w *watching) end(ctx context.Context) error {
	<-w.delivered
	if w.watch == nil {
		return w.err
	}
	w.guard(ctx, func() error {
		bounded, cancel := afterwards(ctx)
		defer cancel()
		o, err := w.reports(bounded)
		if err != nil {
			return fmt.Errorf("watch the reports of rates: %w", err)
		}
		changed, err := w.watch.Evaluate(bounded, o.Evaluate(w.config.Now()))
		if changed {
			err = errors.Join(err, w.deliver(ctx))
		}
		return err
	})
	w.report.Watch = w.watch.Report()
	w.watch.Show(believedFor)
	return w.err
}

func (w *watching) deliver(ctx context.Context) error {
	if w.watch == nil {
		return nil
	}
	delivery, cancel := share(ctx, longestDelivery, deliveryShare)
	defer cancel()
	return w.watch.Deliver(delivery)
}

// guard has the watch fail alone, whatever becomes of it.
func (w *watching) guard(ctx context.Context, work func() error) {
	defer func() {
		if problem := recover(); problem != nil {
			w.config.Logger.LogAttrs(ctx, slog.LevelError, "the watch panicked", slog.Any("panic", problem), slog.String("stack", string(debug.Stack())))
			w.err = errors.Join(w.err, fmt.Errorf("watch the OTP rates: panic: %v", problem))
		}
	}()
	w.err = errors.Join(w.err, work())
}

// share ends after a part of what is left of ctx, and not later than that.
func share(ctx context.Context, most time.Duration, part int) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		most = min(most, time.Until(deadline)/time.Duration(part))
	}
	return context.WithTimeout(ctx, most)
}

// reports is how the reports of rates do, after the run has sent what it could.
func (r *run) reports(ctx context.Context) (o watch.ReportsObservation, err error) {
	now := r.config.Now()
	o.Why = r.report.Why
	if o.Waiting, err = r.outbox.Waiting(ctx); err != nil {
		return o, err
	}
	if o.Oldest, err = r.outbox.Since(ctx); err != nil {
		return o, err
	}
	if err := r.windowsWait(ctx, &o); err != nil {
		return o, err
	}
	letters, err := r.outbox.DeadLetters(ctx)
	if err != nil {
		return o, err
	}
	for _, d := range letters { // the oldest first
		if now.Sub(time.UnixMilli(d.Died)) < watch.DeadLettersFor {
			o.DeadLetters++
			o.Reason = d.Reason
		}
	}
	r.observed = &observed{waiting: o.Waiting, letters: len(letters), oldest: o.Oldest}
	return o, nil
}

// windowsWait adds the windows that wait. Of those that are damaged nobody knows since when.
func (r *run) windowsWait(ctx context.Context, o *watch.ReportsObservation) error {
	if r.config.Windows == nil {
		return nil
	}
	n, err := r.config.Windows.Waiting(ctx)
	if err != nil {
		return err
	}
	o.Waiting += n
	oldest, err := r.config.Windows.Oldest(ctx, window.Waiting, windowsAtOnce)
	if err != nil && !ledger.IsDamage(err) {
		return err
	}
	for _, w := range oldest {
		if o.Oldest.IsZero() || w.Closes.Before(o.Oldest) {
			o.Oldest = w.Closes
		}
	}
	return nil
}
