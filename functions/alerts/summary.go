package alerts

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"signalbox/functions/alerts/message"
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
	for {
		report, err := f.exclusively(ctx, func(ctx context.Context, r *run) error {
			if err := r.evaluateFleet(ctx); err != nil {
				return err
			}
			if err := r.announce(ctx); err != nil {
				return err
			}
			return r.notify(ctx)
		})
		if err != nil || !report.Busy {
			return report, err
		}
		// A sweep that is under way ends sooner or later.
		if err := sleep(ctx, leasePause); err != nil {
			return report, fmt.Errorf("wait for another run to end: %w", err)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
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
