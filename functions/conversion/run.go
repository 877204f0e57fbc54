package conversion

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"signalbox/functions/conversion/otpwatch"
	"signalbox/functions/conversion/outbox"
	"signalbox/shared/aliyun"
	"signalbox/shared/metric"
	"signalbox/shared/quota"
	"signalbox/shared/serve/event"
	"signalbox/shared/store"
)

// leaseName is the lease that keeps runs from sending at the same time.
const leaseName = "report"

// Report is what one run did.
type Report struct {
	Closed      int `json:"closed"`      // windows whose numbers no longer change
	Windows     int `json:"windows"`     // reported
	Forwarded   int `json:"forwarded"`   // reports that had waited
	DeadLetters int `json:"deadLetters"` // windows and reports that this run gave up
	Waiting     int `json:"waiting"`     // reports and windows that wait after the run
	// Why is what kept the run from sending what waits; empty: nothing waits.
	Why  string `json:"why,omitempty"`
	Busy bool   `json:"busy"` // another run has the lease; this one did nothing
	// Watch is what the watch over the rates did.
	Watch otpwatch.Report `json:"watch"`
}

// Overlapped reports whether the run left the work to another.
func (r Report) Overlapped() bool { return r.Busy }

// Scheduled closes the windows whose time has come, and sends what waits, at the pace
// of the quota and until ctx's deadline: first the rate of each closed window, of its
// end, and then reports, the oldest first. What cannot be sent now waits for the next
// run. Before that the windows are watched, and people are notified beside it. An error
// means that the store could not be used.
//
// scheduled: called by the timer of either cloud, every minute. The same event
// delivered twice finds nothing new the second time, and a run that overlaps another
// leaves.
func (f *Function) Scheduled(ctx context.Context, _ event.Scheduled) (Report, error) {
	lease, err := store.Acquire(ctx, f.config.Store, store.LeaseConfig{Name: leaseName, Length: f.config.LeaseTime, Now: f.config.Now})
	if errors.Is(err, store.ErrHeld) {
		f.config.Logger.LogAttrs(ctx, slog.LevelInfo, "another run has the lease", slog.String("lease", err.Error()))
		return Report{Busy: true}, nil
	}
	if err != nil {
		f.config.Meter.Set(metric.StateAvailable, 0)
		return Report{}, fmt.Errorf("begin a run: %w", err)
	}
	kept, stop := lease.Keep(ctx)
	r := &run{Function: f, fence: lease.Fence()}
	err = r.work(kept)
	stop()
	bounded, cancel := afterwards(ctx)
	defer cancel()
	err = errors.Join(err, lease.Release(bounded))
	r.show(ctx, err)
	r.log(ctx)
	return r.report, err
}

// run is one invocation's work. Nobody else sends what waits while it has the lease.
type run struct {
	*Function

	fence  store.Record
	report Report
	// stopped is why nothing more is sent: all that follows would fail likewise.
	stopped error
	// observed is how reports did at the end of the run; nil: nobody has looked.
	observed *observed
	// doubted is set once a report that has tried our patience said that all others
	// would fail like it.
	doubted bool
}

// work does each part whatever became of the one before it.
func (r *run) work(ctx context.Context) error {
	sending, cancel := beforeDeadline(quota.InBackground(ctx))
	defer cancel()
	dropped, err := r.outbox.Expire(ctx)
	if dropped > 0 {
		r.config.Logger.LogAttrs(ctx, slog.LevelError, "dead letters dropped", slog.Int("dead_letters", dropped))
	}
	errs := []error{err}
	if r.config.Windows != nil {
		r.report.Closed, err = r.config.Windows.CloseDue(ctx)
		errs = append(errs, err)
	}
	watching := r.beginWatching(sending)
	if r.config.Windows != nil {
		errs = append(errs, r.sendWindows(sending), r.countWindows(ctx))
	}
	errs = append(errs, r.sendWaiting(sending), watching.end(sending))
	if r.report.Waiting > 0 && r.report.Why == "" {
		r.report.Why = "no time left"
	}
	if cause := context.Cause(ctx); errors.Is(cause, store.ErrLost) {
		errs = append(errs, cause)
	}
	return errors.Join(errs...)
}

// beforeDeadline ends 3 s before ctx does, or a tenth of what is left if that is less,
// so that what was sent can be written.
func beforeDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-min(3*time.Second, time.Until(deadline)/10)))
}

// patience is how long a report may wait before those behind it no longer wait for it:
// what fails for so long may be the only one that does.
const patience = 30 * time.Minute

// step is what follows from an attempt to send a report.
type step int

const (
	stepDone step = iota
	stepDead      // it will not be sent
	stepNext      // it waits, and those behind it do not
	stepStop      // it waits, and so do all behind it
)

// after says what follows from an attempt to send a report that has waited so long.
func (r *run) after(ctx context.Context, err error, waited time.Duration) step {
	switch {
	case err == nil:
		return stepDone
	case refusedForGood(err):
		return stepDead
	case ranOut(ctx, err):
		return stepStop
	case waited > r.config.Keep:
		return stepDead
	case waited <= patience || concernsAll(err) && r.doubted:
		return stepStop
	default:
		// One that says so alone is not believed: the next one is tried.
		r.doubted = r.doubted || concernsAll(err)
		r.note(ctx, err)
		return stepNext
	}
}

// note keeps the first reason why something waits.
func (r *run) note(ctx context.Context, err error) {
	if r.report.Why == "" && ctx.Err() == nil {
		r.report.Why = aliyun.Cause(err)
	}
}

func (r *run) stop(ctx context.Context, err error) {
	if r.stopped == nil {
		r.stopped = err
	}
	r.note(ctx, err)
}

// noteDead counts and logs a dead letter.
func (f *Function) noteDead(ctx context.Context, o outbox.Outcome) {
	f.config.Meter.Add(metric.Reports, 1, countDeadLetter)
	attrs := []slog.Attr{
		slog.String("rate", string(rateNumber(o.Report.Rate))), slog.Int64("report_time", o.Report.Time), slog.String("reason", o.Reason),
	}
	if o.Window != nil {
		attrs = append(attrs, slog.Time("window_end", o.Window.To()))
	}
	f.config.Logger.LogAttrs(ctx, slog.LevelError, "report became a dead letter", attrs...)
}

func (r *run) log(ctx context.Context) {
	level, n := slog.LevelInfo, r.report
	if n.Why != "" {
		level = slog.LevelWarn
	}
	r.config.Logger.LogAttrs(ctx, level, "reports sent", slog.Int("closed", n.Closed), slog.Int("windows", n.Windows),
		slog.Int("forwarded", n.Forwarded), slog.Int("dead_letters", n.DeadLetters), slog.Int("waiting", n.Waiting), slog.String("why", n.Why),
		slog.Int("watched", n.Watch.Windows), slog.Int("open", n.Watch.Open), slog.Int("behind", n.Watch.Behind), slog.String("unwatched", n.Watch.Why))
}
