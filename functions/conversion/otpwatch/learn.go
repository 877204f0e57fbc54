package otpwatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/watch"
	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

const (
	// farthest is how far back windows are learnt: the ledger keeps them for about as long.
	farthest = 8 * 24 * time.Hour
	// farBefore is how far back the windows before one are looked for.
	farBefore = 48 * time.Hour
	// stuck is how long after its time a window that does not close keeps others from being
	// learnt.
	stuck = time.Hour
	// idle is how long nothing is requested until what was open is over.
	idle = 12 * time.Hour
	// clearing is in how many windows the rate is as usual when it is over.
	clearing = 3
	// writtenAtOnce is how many windows of before the watch began are written together.
	writtenAtOnce = 50
)

// Learn compares and learns the windows that have closed, until ctx ends: the next run
// goes on. Then, if it is through with them, it lets time pass: for silence, and for what
// is over. After an error, the incidents stay as they are stored.
func (r *Run) Learn(ctx context.Context) error {
	if r.past.unusable != nil {
		r.report.Why = r.past.unusable.Error()
		return fmt.Errorf("watch the OTP rates: %w", r.past.unusable)
	}
	l := &learning{Run: r}
	done, err := l.windows(ctx)
	if err == nil && done {
		err = r.passTime(ctx, l.latest)
	}
	switch {
	case err != nil:
		r.report.Why = "the state or the windows could not be used, see the log"
		return fmt.Errorf("watch the OTP rates: %w", err)
	case !done && r.report.Why == "":
		r.report.Why = "no time left"
	}
	return nil
}

// learning is the windows on their way.
type learning struct {
	*Run

	recent []window.Window // the last that were learnt
	latest time.Time       // the end of the last window that is known
	// blocked is set at a window that will close soon: those behind it wait.
	blocked bool
}

// stretch is how long a time is that windows are read of at once.
func (l *learning) stretch() time.Duration { return max(time.Hour, watch.Longest*l.config.Length) }

// windows learns what has closed. It is done where ctx has left the time for all.
func (l *learning) windows(ctx context.Context) (done bool, err error) {
	now := l.config.Now()
	if l.past.heed(now) {
		if err := l.keep(ctx, nil); err != nil {
			return false, err
		}
	}
	from := later(l.past.until(), now.Add(-farthest))
	if l.latest = l.past.until(); !l.latest.IsZero() {
		if err := l.readBefore(ctx, from); err != nil {
			return false, l.breakOff(ctx, err)
		}
	}
	for ; !from.After(now); from = from.Add(l.stretch()) {
		found, err := l.read(ctx, from, earlier(from.Add(l.stretch()), now.Add(time.Second)))
		if err != nil {
			return false, l.breakOff(ctx, err)
		}
		for _, w := range found {
			if ctx.Err() != nil {
				return false, l.finish(ctx)
			}
			if err := l.window(ctx, w, now); err != nil {
				return false, err
			}
		}
	}
	return true, l.finish(ctx)
}

// breakOff writes what is learnt, wherever reading ended: the next run goes on there. That
// there was no time left to read is no error.
func (l *learning) breakOff(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = nil
	}
	return errors.Join(err, l.finish(ctx))
}

// read returns the windows of a time, but for those that are damaged: a look says that of
// them until one behind them is learnt.
func (l *learning) read(ctx context.Context, from, to time.Time) ([]window.Window, error) {
	found, err := l.config.Windows.Windows(ctx, from, to)
	if err == nil || !ledger.IsDamage(err) {
		return found, err
	}
	l.config.Logger.LogAttrs(ctx, slog.LevelError, "windows are not watched", slog.String("error", err.Error()))
	l.report.Why = "windows are damaged, see the log"
	return found, nil
}

// readBefore reads the windows that came before a time, as far as they are looked at.
func (l *learning) readBefore(ctx context.Context, from time.Time) error {
	for length := l.stretch(); ; length *= 2 {
		found, err := l.config.Windows.Windows(ctx, from.Add(-min(length, farBefore)), from)
		if err != nil && !ledger.IsDamage(err) {
			return err
		}
		l.recent = nil
		for _, w := range found {
			if hasClosed(w) {
				l.remember(w)
			}
		}
		if len(l.recent) >= watch.Longest-1 || length >= farBefore || from.Add(-length).Before(l.past.since) {
			return nil
		}
	}
}

// remember forgets the windows of before a gap, and those of before a low rate was over.
func (l *learning) remember(w window.Window) {
	if n := len(l.recent); n > 0 && w.Start.Sub(l.recent[n-1].End) >= idle {
		l.recent = nil
	}
	l.recent = slices.DeleteFunc(append(l.recent, w), func(one window.Window) bool { return one.Start.Before(l.past.since) })
	l.recent = l.recent[max(len(l.recent)-watch.Longest, 0):]
}

// window learns a window that has closed, unless one before it will.
func (l *learning) window(ctx context.Context, w window.Window, now time.Time) error {
	if w.Requested > 0 {
		l.latest = later(l.latest, w.End)
	}
	switch {
	case !hasClosed(w):
		l.blocked = l.blocked || now.Sub(w.Closes) < stuck
		return nil
	case l.blocked, !w.End.After(l.past.until()):
		return nil
	}
	l.remember(w)
	return l.step(ctx, l.recent)
}

func hasClosed(w window.Window) bool { return w.Status != window.Open && w.Status != window.Closing }

// step learns the last of windows, advances the incidents and writes both.
func (r *Run) step(ctx context.Context, windows []window.Window) error {
	last := windows[len(windows)-1]
	evaluations, err := r.evaluate(ctx, windows)
	if err != nil {
		return r.fail(err)
	}
	var changes []watch.Change
	wasLow := r.incidents.isOpen(rateKey)
	if last.End.After(r.past.begun) {
		seen := last.End.UTC().Format(time.RFC3339)
		evaluations = append(evaluations, r.incidents.absent(evaluations, watch.Longest, seen)...)
		if changes, err = r.incidents.advance(evaluations, r.config.Now()); err != nil {
			return r.fail(err)
		}
	}
	if wasLow && !r.incidents.isOpen(rateKey) {
		// Windows of the last hour would have it open again by chance.
		r.past.since = windows[max(0, len(windows)-clearing)].Start
	}
	r.report.Windows++
	return r.keep(ctx, changes)
}

// keep writes the past with what follows from it. What is learnt of the time before the
// watch began, of which nothing follows, is written now and then.
func (r *Run) keep(ctx context.Context, changes []watch.Change) error {
	record, err := r.past.record()
	if err != nil {
		return r.fail(err)
	}
	r.past.stored = record.Value
	if r.past.unwritten++; r.past.unwritten < writtenAtOnce && !r.past.until().After(r.past.begun) {
		return nil
	}
	r.past.unwritten = 0
	return r.write(ctx, changes, record)
}

// finish writes what is not written yet.
func (r *Run) finish(ctx context.Context) error {
	if r.past.unwritten == 0 {
		return nil
	}
	r.past.unwritten = 0
	return r.write(ctx, nil, store.Record{Collection: pastCollection, Key: pastKey, Value: r.past.stored})
}

// evaluate has the past learn a window. One over which the rules panic is passed over: it
// would keep all behind it from being watched.
func (r *Run) evaluate(ctx context.Context, windows []window.Window) (evaluations []watch.Evaluation, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			last := windows[len(windows)-1]
			r.config.Logger.LogAttrs(ctx, slog.LevelError, "the rules panicked over a window, it is not learnt", slog.Any("panic", problem),
				slog.Time("window_end", last.End), slog.String("stack", string(debug.Stack())))
			r.report.Why = "the rules failed over a window, see the log"
			evaluations, err = nil, r.past.restore(last.End)
		}
	}()
	return r.config.Evaluate(r.past.profile, windows, r.config.Settings), nil
}

// passTime evaluates that no events come, and lets time pass for what is remembered. latest
// is the end of the last window that has a request.
func (r *Run) passTime(ctx context.Context, latest time.Time) error {
	now := r.config.Now()
	evaluations := []watch.Evaluation{r.past.profile.Silence(latest, now)}
	if now.Sub(latest) >= idle {
		evaluations = append(evaluations, r.incidents.absent(nil, 1, "")...)
	}
	changes, err := r.incidents.advance(evaluations, now)
	if err != nil {
		return r.fail(err)
	}
	more, err := r.incidents.elapse(now)
	if err != nil {
		return r.fail(err)
	}
	return r.write(ctx, append(changes, more...))
}
