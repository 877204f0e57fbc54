package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"signalbox/functions/alerts/message"
	"signalbox/shared/store"
)

// SummaryPayload is the payload of the scheduled event that asks for the daily
// summary.
const SummaryPayload = "summary"

// leasePause is how long a summary waits before it asks for the lease again.
const leasePause = 2 * time.Second

// Summary notifies of what happened since the last summary: what was opened and
// resolved, what is about to end or to run out, and how the sweeps did. It also
// notices where there are no sweeps any more.
//
// scheduled: called by a timer with the payload "summary", once a day. However
// often it is asked for, there is one summary a day for each receiver; one that a
// receiver did not take is tried again by later runs. Before the first sweep is
// finished the summary says so, and the day's follows once it is.
func (f *Function) Summary(ctx context.Context) (Report, error) {
	lease, err := f.await(ctx)
	if err != nil {
		return Report{}, f.unusable(ctx, fmt.Errorf("begin the summary: %w", err))
	}
	ran := false
	report, err := f.under(ctx, lease, func(ctx context.Context, r *run) error {
		ran = true
		if err := r.evaluateFleet(ctx); err != nil {
			return r.unusable(ctx, err)
		}
		if err := r.announce(r.config.Now()); err != nil {
			return err
		}
		if err := r.write(ctx); err != nil {
			return r.unusable(ctx, err)
		}
		return r.notify(ctx)
	})
	if ran { // not "run done": who counts those wants to know whether there are sweeps
		f.config.Logger.LogAttrs(ctx, slog.LevelInfo, "summary done", report.attrs()...)
	}
	return report, err
}

// await waits for the lease: a sweep that is under way ends sooner or later.
func (f *Function) await(ctx context.Context) (*store.Lease, error) {
	for {
		lease, err := f.acquire(ctx)
		if !errors.Is(err, store.ErrHeld) {
			return lease, err
		}
		select {
		case <-time.After(leasePause):
		case <-ctx.Done():
			return nil, errors.Join(err, context.Cause(ctx))
		}
	}
}

// noSweep ends the name of a summary that is asked for before the first sweep is
// finished. It says so, and is not the day's summary.
const noSweep = "-without-a-sweep"

// announce has the next write put the summary into the outboxes, unless the day has
// one.
func (r *run) announce(now time.Time) error {
	name := r.today(now)
	if r.state.health.Finished.IsZero() {
		name += noSweep
	}
	if r.state.health.Summary == name {
		return nil
	}
	d := r.state.health.Day
	body, err := json.Marshal(message.Daily{
		Day: now, Opened: d.Opened, Resolved: d.Resolved, Sweeps: d.Sweeps, Late: d.Late, Failed: d.Failed,
		LastFinished: r.state.health.Finished, Usage: usageByDay(r.state.usage),
	})
	if err != nil {
		return fmt.Errorf("write the daily summary: %w", err)
	}
	record, err := r.notifier.Announce("daily-"+name, body)
	if err != nil {
		return err
	}
	r.state.health.Summary = name
	if !r.state.health.Finished.IsZero() {
		r.state.health.Day = day{}
	}
	r.state.changed = append(r.state.changed, record)
	return nil
}

// announceOwed announces the summary that was asked for before the first sweep was
// finished, if that was today.
func (r *run) announceOwed(now time.Time) error {
	if r.state.health.Summary != r.today(now)+noSweep {
		return nil
	}
	return r.announce(now)
}

func (r *run) today(now time.Time) string { return now.In(r.config.Zone).Format(time.DateOnly) }
