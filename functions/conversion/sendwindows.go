package conversion

import (
	"context"
	"errors"
	"slices"

	"signalbox/functions/conversion/outbox"
	"signalbox/functions/conversion/window"
	"signalbox/shared/aliyun"
	"signalbox/shared/metric"
)

// windowsAtOnce is how many windows are read at once.
const windowsAtOnce = 20

// sendWindows reports the windows that have closed, one after the other. Those that go
// on waiting keep none behind them from being read.
func (r *run) sendWindows(ctx context.Context) error {
	left := make(map[window.Span]bool)
	for !over(ctx) {
		list, err := r.config.Windows.Oldest(ctx, window.Waiting, len(left)+windowsAtOnce)
		untried := slices.DeleteFunc(list, func(w window.Window) bool { return left[w.Span()] })
		settled := 0
		for _, w := range untried {
			done, markErr := r.window(ctx, w)
			if markErr != nil {
				return errors.Join(err, markErr)
			}
			if done {
				settled++
			} else {
				left[w.Span()] = true
			}
		}
		if len(untried) == 0 || settled == 0 && (r.stopped != nil || err != nil) {
			return unlessOver(ctx, err)
		}
	}
	return nil // the next run goes on
}

// countWindows adds the windows that wait to the run's own report.
func (r *run) countWindows(ctx context.Context) error {
	bounded, cancel := afterwards(ctx)
	defer cancel()
	n, err := r.config.Windows.Waiting(bounded)
	r.report.Waiting += n
	return err
}

func over(ctx context.Context) bool { return ctx.Err() != nil }

// unlessOver returns err, but nil where the time was over.
func unlessOver(ctx context.Context, err error) error {
	if over(ctx) {
		return nil
	}
	return err
}

// window reports one window. It is done where it no longer waits. One that has waited
// for too long is tried whatever came before, so that it becomes a dead letter.
func (r *run) window(ctx context.Context, w window.Window) (done bool, err error) {
	waited := r.config.Now().Sub(w.Closes)
	if r.stopped != nil && waited <= r.config.Keep {
		return false, nil
	}
	rate, known := w.Rate()
	if !known {
		w.Status = window.Reported
		return true, r.mark(ctx, w)
	}
	report := outbox.Report{Rate: rate, Time: w.End.UnixMilli()}
	answer, err := r.send(ctx, report)
	switch r.after(ctx, err, waited) {
	case stepDone:
		r.report.Windows++
		r.config.Meter.Add(metric.Reports, 1, countWindow)
		w.Status, w.ReportTime, w.RequestID = window.Reported, w.End, string(answer.RequestID)
		return true, r.mark(ctx, w)
	case stepDead:
		span := w.Span()
		outcome := outbox.Outcome{
			Entry:  outbox.Entry{Report: report, Accepted: w.Closes.UnixMilli(), Window: &span},
			Status: outbox.Dead, Reason: aliyun.Cause(err),
		}
		return true, r.bury(ctx, w, outcome)
	case stepNext:
		return false, nil
	default:
		r.stop(ctx, err)
		return false, nil
	}
}

func (r *run) mark(ctx context.Context, w window.Window) error {
	ctx, cancel := afterwards(ctx)
	defer cancel()
	return r.config.Windows.Mark(ctx, w)
}

// bury writes the dead letter first: one that is written again is the same.
func (r *run) bury(ctx context.Context, w window.Window, o outbox.Outcome) error {
	bounded, cancel := afterwards(ctx)
	defer cancel()
	if err := r.outbox.Bury(bounded, o); err != nil {
		return err
	}
	w.Status = window.Dead
	if err := r.config.Windows.Mark(bounded, w); err != nil {
		return err
	}
	r.report.DeadLetters++
	r.noteDead(ctx, o)
	return nil
}
