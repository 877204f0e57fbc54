package alerts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"signalbox/functions/alerts/message"
	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// SummaryPayload is the payload of the timer that asks for the daily summary.
const SummaryPayload = "summary"

// leasePause is how long a summary waits before it asks for the lease again.
const leasePause = 2 * time.Second

// Summary posts what happened since the last summary: what was opened and
// resolved, what is about to end or to run out, and how the sweeps did. It also
// notices where there are none any more.
//
// scheduled: called by a timer with the payload "summary", once a day. The same
// tick delivered twice tells a second, nearly empty day.
func (f *Function) Summary(ctx context.Context) (Report, error) {
	lease, err := f.acquire(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("begin the summary: %w", err)
	}
	run := &sweep{Function: f, lease: lease}
	report, err := run.summarise(ctx)
	return report, errors.Join(err, lease.Release(context.WithoutCancel(ctx)))
}

// acquire waits for the lease: a sweep that is under way ends sooner or later.
func (f *Function) acquire(ctx context.Context) (*store.Lease, error) {
	holder := rand.Text()
	for {
		lease, err := store.Acquire(ctx, f.config.Store, leaseKey, holder, f.config.Now(), f.config.LeaseTime)
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

func (s *sweep) summarise(ctx context.Context) (Report, error) {
	loaded, err := s.load(ctx)
	if err != nil {
		return Report{}, err
	}
	s.saved = loaded.begun(s.config.Now())
	if err := s.watch(ctx, nil); err != nil {
		return Report{}, err
	}
	messages, deliverErr := s.deliver(ctx)
	report := s.saved.report()
	report.Messages = messages
	if err := s.config.Channel.Announce(ctx, message.Summary(s.config.Style, s.daily(), s.coverage())); err != nil {
		return report, errors.Join(deliverErr, fmt.Errorf("post the summary: %w", err))
	}
	report.Messages++
	s.saved.Day = day{Since: s.config.Now()}
	s.saved, err = s.save(context.WithoutCancel(ctx), s.saved)
	return report, errors.Join(deliverErr, err)
}

func (s *sweep) daily() message.Daily {
	d := s.saved.Day
	return message.Daily{
		Day: s.config.Now(), Opened: d.Opened, Resolved: d.Resolved,
		Open: slices.DeleteFunc(s.told(), func(i incident.Incident) bool { return !i.Ended.IsZero() }), Sweeps: d.Sweeps, Late: d.Late, Failed: d.Failed,
		Usage: usageByDay(s.saved.Usage),
	}
}

// told are the open incidents that people know of.
func (s *sweep) told() []incident.Incident {
	open := make([]incident.Incident, 0, len(s.saved.Incidents.Open))
	for _, i := range s.saved.Incidents.Open {
		if i.Told > 0 {
			open = append(open, i)
		}
	}
	slices.SortFunc(open, func(a, b incident.Incident) int { return compareKeys(a.Key, b.Key) })
	return open
}
