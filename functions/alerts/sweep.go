package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/serve/event"
)

// Report is what one sweep saw and did.
type Report struct {
	Cards     int `json:"cards"`     // in the fleet, as far as it could be listed
	Checked   int `json:"checked"`   // of them, cards that could be judged
	Failed    int `json:"failed"`    // of them, cards that could not
	ListCalls int `json:"listCalls"` // ListCardInfo
	FlowCalls int `json:"flowCalls"` // GetCardFlowInfo
	Opened    int `json:"opened"`
	Escalated int `json:"escalated"`
	Resolved  int `json:"resolved"`
	Open      int `json:"open"`     // incidents open after the sweep
	Messages  int `json:"messages"` // delivered to Slack
}

// Tick sweeps the fleet once.
//
// scheduled: called by the timer of either cloud. The same tick delivered twice
// finds nothing new the second time.
func (f *Function) Tick(ctx context.Context, _ event.Tick) (any, error) {
	return f.Sweep(ctx)
}

// Sweep reads the fleet, judges it, saves what is open together with the
// notices that follow, and only then delivers those: a sweep that dies on the
// way leaves them to the next one.
//
// One bad card does not end a sweep. An error means that the fleet could not be
// listed, or that notices are still waiting; the Report tells how far it got.
func (f *Function) Sweep(ctx context.Context) (Report, error) {
	past, err := f.load(ctx)
	if err != nil {
		return Report{}, err
	}
	found, readErr := f.read(ctx, past.Incidents.Subjects())
	now := f.config.Now()
	next, notices := past.Incidents.Advance(found.verdicts, now, 0)
	report := found.report.with(next, notices)

	saved, err := f.save(ctx, past.with(next, notices))
	if err != nil {
		return report, errors.Join(readErr, err)
	}
	delivered, err := f.deliver(ctx, saved, report, now)
	report.Messages = delivered
	f.log(ctx, report)
	return report, errors.Join(readErr, err)
}

// read surveys the fleet, and stops early enough to save and deliver what it
// has found.
func (f *Function) read(ctx context.Context, open map[string]bool) (survey, error) {
	ctx, cancel := beforeDeadline(ctx)
	defer cancel()
	return f.survey(ctx, open)
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

// deliver posts what is in the outbox as one message and empties it.
func (f *Function) deliver(ctx context.Context, s saved, report Report, now time.Time) (messages int, err error) {
	if len(s.Outbox) == 0 {
		return 0, nil
	}
	message := f.digest(s.Outbox, report, now)
	if err := f.config.Notifier.Post(ctx, message); err != nil {
		return 0, fmt.Errorf("deliver %d notices, kept for the next sweep: %w", len(s.Outbox), err)
	}
	s.Outbox = nil
	_, err = f.save(ctx, s)
	return 1, err
}

// with adds what came of the verdicts.
func (r Report) with(next incident.State, notices []incident.Notice) Report {
	for _, n := range notices {
		switch n.Kind {
		case incident.Opened:
			r.Opened++
		case incident.Escalated:
			r.Escalated++
		case incident.Resolved:
			r.Resolved++
		case incident.Reminded:
		}
	}
	r.Open = len(next.Open)
	return r
}

func (f *Function) log(ctx context.Context, r Report) {
	f.config.Logger.LogAttrs(ctx, slog.LevelInfo, "sweep done",
		slog.Int("cards", r.Cards), slog.Int("checked", r.Checked), slog.Int("failed", r.Failed),
		slog.Int("list_calls", r.ListCalls), slog.Int("flow_calls", r.FlowCalls),
		slog.Int("opened", r.Opened), slog.Int("escalated", r.Escalated), slog.Int("resolved", r.Resolved),
		slog.Int("open", r.Open), slog.Int("messages", r.Messages))
}
