package notify

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/slack"
	"signalbox/shared/store"
)

// Run is what one run has to deliver with.
type Run[D any] struct {
	// Fence is required of every write, and nothing is sent without one before.
	// The zero Record: no lease excludes other runs.
	Fence  store.Record
	Writer Writer[D]
	// Open are all open incidents.
	Open []incident.Incident[D]
	// Sweep names what shares a budget of visible messages. "": this run alone.
	Sweep string
}

// Deliver sends what waits in the outboxes, to all receivers at the same time and
// to each alone, and returns what became of it, in the receivers' order. It stops
// in order when ctx ends: what is not confirmed by then is sent by the next run.
func (n *Notifier[D]) Deliver(ctx context.Context, run Run[D]) []Report {
	reports := make([]Report, len(n.config.Receivers))
	var all sync.WaitGroup
	for at, r := range n.config.Receivers {
		all.Go(func() { reports[at] = n.deliver(ctx, r, run) })
	}
	all.Wait()
	return reports
}

// deliver makes one step after the other for one receiver.
func (n *Notifier[D]) deliver(ctx context.Context, r Receiver, run Run[D]) (report Report) {
	d := &delivery[D]{Config: n.config, run: run, receiver: r, began: n.config.Now()}
	defer func() {
		if problem := recover(); problem != nil {
			d.stop(fmt.Sprintf("panic: %v", problem))
			d.Logger.LogAttrs(ctx, slog.LevelError, "delivery panicked",
				slog.String("receiver", r.Name), slog.Any("panic", problem), slog.String("stack", string(debug.Stack())))
		}
		report = d.report()
	}()
	d.load(ctx, n.follow)
	for !d.stopped && ctx.Err() == nil {
		s := d.next()
		if s == nil {
			break
		}
		d.step(ctx, s)
	}
	return report // of the deferred function
}

// step is one notification, from what is planned to what is confirmed.
func (d *delivery[D]) step(ctx context.Context, s *sending) {
	s.tried = true
	ref, later := d.find(ctx, s) // where it may have arrived before
	if !later && !s.found && d.stage(ctx, s) {
		var err error
		ref, err = d.send(ctx, s)
		d.settle(ctx, s, ref, err)
	} else if s.found {
		d.settle(ctx, s, ref, nil)
	}
	if !d.unsafe {
		confirm, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		d.save(confirm)
	}
}

// send makes the one request that s stands for now.
func (d *delivery[D]) send(ctx context.Context, s *sending) (slack.Ref, error) {
	bot, f := d.receiver.Bot, s.form()
	if f.method == upload {
		file := d.file(s)
		return slack.Ref{}, bot.Upload(ctx, s.Thread, file.Name, file.Title, file.Content)
	}
	m := d.word(s)
	if f.line {
		first, _, _ := strings.Cut(m.Text, "\n")
		m = slack.Message{Text: first}
	}
	m.ID = s.ID
	switch {
	case f.method == edit:
		return bot.Update(ctx, s.Thread, m)
	case f.method == reply:
		return bot.Reply(ctx, s.Thread, m, s.Broadcast)
	case bot != nil:
		return bot.Post(ctx, m)
	default:
		return slack.Ref{}, d.receiver.Poster.Post(ctx, m)
	}
}

// next returns the next step: what may have arrived before, then what is new, then
// what failed before, so that it delays nothing else. It is nil where all is done.
func (d *delivery[D]) next() *sending {
	if s := d.again; s != nil {
		d.again = nil
		return s
	}
	due := func(first bool) *sending {
		at := slices.IndexFunc(d.state.Sending, func(s *sending) bool {
			return !s.tried && first == (s.Uncertain && s.Tries <= 1)
		})
		if at < 0 {
			return nil
		}
		return d.state.Sending[at]
	}
	if s := due(true); s != nil {
		return s
	}
	if s := d.plan(); s != nil {
		d.state.Sending = append(d.state.Sending, s)
		return s
	}
	return due(false)
}
