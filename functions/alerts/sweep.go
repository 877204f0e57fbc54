package alerts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/serve/event"
	"signalbox/shared/store"
)

// Report is what one tick saw and did. The counts of cards and calls are those
// of the whole sweep, over all the ticks it took.
type Report struct {
	Sweep     string `json:"sweep"` // the sweep's id
	Done      bool   `json:"done"`  // false: the next tick goes on
	Cards     int    `json:"cards"` // in the fleet, or with [Filters] just those listed
	Checked   int    `json:"checked"`
	Failed    int    `json:"failed"`    // cards that could not be judged
	ListCalls int    `json:"listCalls"` // ListCardInfo
	FlowCalls int    `json:"flowCalls"` // GetCardFlowInfo
	Opened    int    `json:"opened"`
	Escalated int    `json:"escalated"`
	Reminded  int    `json:"reminded"`
	Resolved  int    `json:"resolved"`
	Open      int    `json:"open"`     // incidents open after the sweep
	Messages  int    `json:"messages"` // delivered to Slack by this tick
	Busy      bool   `json:"busy"`     // another tick is at it; this one did nothing
}

// Tick sweeps the fleet, or goes on with a sweep that was cut off; with the payload
// "summary" it posts the daily summary.
//
// scheduled: called by the timer of either cloud. The same tick delivered twice
// finds nothing new the second time, and one that overlaps another leaves.
func (f *Function) Tick(ctx context.Context, t event.Tick) (any, error) {
	if t.Payload == SummaryPayload {
		return f.Summary(ctx)
	}
	return f.Sweep(ctx)
}

// Sweep reads the fleet a few pages at a time and judges it. After each few it
// saves what is open, the notices that follow and how far it got, in one write:
// a sweep that is cut off by its deadline, a crash or a deploy goes on there.
// What there is to tell is delivered at the end of the tick.
//
// One bad card does not end a sweep. An error means that it is not done, or that
// notices are still waiting; the Report tells how far it got.
func (f *Function) Sweep(ctx context.Context) (Report, error) {
	lease, err := store.Acquire(ctx, f.config.Store, leaseKey, rand.Text(), f.config.Now(), f.config.LeaseTime)
	if errors.Is(err, store.ErrHeld) {
		f.config.Logger.LogAttrs(ctx, slog.LevelInfo, "another tick is at it", slog.String("lease", err.Error()))
		return Report{Busy: true}, nil
	}
	if err != nil {
		return Report{}, fmt.Errorf("begin a sweep: %w", err)
	}
	run := &sweep{Function: f, lease: lease}
	report, err := run.run(ctx)
	f.log(ctx, report)
	return report, errors.Join(err, run.lease.Release(context.WithoutCancel(ctx)))
}

// sweep is one tick's part of a sweep.
type sweep struct {
	*Function

	lease *store.Lease
	saved saved
}

func (s *sweep) run(ctx context.Context) (Report, error) {
	loaded, err := s.load(ctx)
	if err != nil {
		return Report{}, err
	}
	s.saved = loaded.begun(s.config.Now())
	readErr := s.read(ctx)
	if err := s.watch(ctx, readErr); err != nil {
		return s.saved.report(), errors.Join(readErr, err)
	}
	messages, err := s.deliver(ctx)
	report := s.saved.report()
	report.Messages = messages
	return report, errors.Join(readErr, err)
}

// read surveys the fleet, and stops early enough to deliver what it has found.
func (s *sweep) read(ctx context.Context) error {
	ctx, cancel := beforeDeadline(ctx)
	defer cancel()
	if s.saved.Sweep == nil {
		s.saved.Sweep = newProgress(s.config.Now())
	}
	for s.saved.Sweep != nil {
		found, surveyErr := s.survey(ctx, *s.saved.Sweep, s.saved.Incidents.Subjects())
		// What was found before an error is kept: the next tick need not look again.
		if err := s.keep(context.WithoutCancel(ctx), found); err != nil {
			return errors.Join(surveyErr, err)
		}
		if surveyErr != nil {
			return surveyErr
		}
	}
	return nil
}

// keep applies what was found and saves it with the place reached, provided that
// the lease still holds.
func (s *sweep) keep(ctx context.Context, found survey) error {
	now := s.config.Now()
	next, notices := s.saved.Incidents.Advance(found.verdicts, now, s.config.Repeat)
	s.saved.Day = s.saved.Day.with(notices, found.progress, s.late(now))
	s.saved = s.saved.with(next, notices, found.progress)
	if found.progress.Report.Done && !s.partial() {
		s.saved.Usage = withTotal(s.saved.Usage, now.In(s.config.Zone).Format(time.DateOnly), found.progress.Used)
	}
	if err := s.lease.Renew(ctx, now); err != nil {
		return fmt.Errorf("go on with the sweep: %w", err)
	}
	var err error
	s.saved, err = s.save(ctx, s.saved)
	s.config.Progress(s.saved.report())
	return err
}

// beforeDeadline ends 30 s before ctx does, or a tenth of what is left if that
// is less.
func beforeDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	reserve := min(30*time.Second, time.Until(deadline)/10)
	return context.WithDeadline(ctx, deadline.Add(-reserve))
}

// with adds what came of the verdicts.
func (r Report) with(next incident.State, notices []incident.Notice) Report {
	for _, n := range notices {
		switch n.Kind {
		case incident.Opened:
			r.Opened++
		case incident.Escalated:
			r.Escalated++
		case incident.Reminded:
			r.Reminded++
		case incident.Resolved:
			r.Resolved++
		}
	}
	r.Open = len(next.Open)
	return r
}

func (f *Function) log(ctx context.Context, r Report) {
	f.config.Logger.LogAttrs(ctx, slog.LevelInfo, "tick done", slog.String("sweep", r.Sweep), slog.Bool("done", r.Done),
		slog.Int("cards", r.Cards), slog.Int("checked", r.Checked), slog.Int("failed", r.Failed),
		slog.Int("list_calls", r.ListCalls), slog.Int("flow_calls", r.FlowCalls),
		slog.Int("opened", r.Opened), slog.Int("escalated", r.Escalated), slog.Int("resolved", r.Resolved),
		slog.Int("open", r.Open), slog.Int("messages", r.Messages))
}
