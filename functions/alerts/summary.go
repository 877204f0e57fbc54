package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
// receiver did not take is tried again by later runs.
func (f *Function) Summary(ctx context.Context) (Report, error) {
	lease, err := f.await(ctx)
	if err != nil {
		return Report{}, f.unusable(ctx, fmt.Errorf("begin the summary: %w", err))
	}
	return f.under(ctx, lease, func(ctx context.Context, r *run) error {
		if err := r.evaluateFleet(ctx); err != nil {
			return err
		}
		if err := r.announce(ctx); err != nil {
			return err
		}
		return r.notify(ctx)
	})
}

// await waits for the lease: a sweep that is under way ends sooner or later.
func (f *Function) await(ctx context.Context) (*store.Lease, error) {
	for {
		lease, err := f.acquire(ctx)
		if !errors.Is(err, store.ErrHeld) {
			return lease, err
		}
		timer := time.NewTimer(leasePause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, errors.Join(err, context.Cause(ctx))
		}
	}
}

// announce puts the summary into the outboxes, unless the day has one.
func (r *run) announce(ctx context.Context) error {
	now := r.config.Now()
	today := now.In(r.config.Zone).Format(time.DateOnly)
	if r.state.health.Summary == today {
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
	record, err := r.notifier.Announce("daily-"+today, body)
	if err != nil {
		return err
	}
	r.state.health.Summary, r.state.health.Day = today, day{}
	r.state.changed = append(r.state.changed, record)
	return r.write(ctx, nil)
}
