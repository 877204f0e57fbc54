package notify

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// Run is what one run has to deliver with.
type Run[D any] struct {
	// Fence is required of every write, and nothing is sent without one before.
	// The zero Record: no lease excludes other runs.
	Fence store.Record
	// Writer returns what words a receiver's notifications.
	Writer func(receiver string) Writer[D]
	// Open are all open incidents.
	Open []incident.Incident[D]
	// Earlier is what the deliveries before in the same run returned: a receiver
	// that failed in one is not tried again.
	Earlier []Report
	// Mark says what a status message shows of an incident beside the incident: the same
	// as long as that is the same. Nil: nothing.
	Mark func(i incident.Incident[D]) string
	// Sweep names what shares a budget of visible messages. "": this run alone.
	Sweep string
}

// Deliver sends what waits in the outboxes, to all receivers at the same time and
// to each alone, and returns what became of it, in the receivers' order. It stops
// in order when ctx ends: what is not confirmed by then is sent by the next run.
func (n *Notifier[D]) Deliver(ctx context.Context, run Run[D]) []Report {
	return eachOf(n.config.Receivers, func(r Receiver) Report { return n.deliver(ctx, r, run) })
}

// eachOf does what is done for each of receivers at the same time.
func eachOf(receivers []Receiver, do func(Receiver) Report) []Report {
	reports := make([]Report, len(receivers))
	var all sync.WaitGroup
	for at, r := range receivers {
		all.Go(func() { reports[at] = do(r) })
	}
	all.Wait()
	return reports
}

// deliver makes one step after the other for one receiver, and has others notified of
// what it could not take.
func (n *Notifier[D]) deliver(ctx context.Context, r Receiver, run Run[D]) Report {
	d := &round[D]{Config: n.config, run: run, receiver: r, began: n.config.Now()}
	d.guard(ctx, func() {
		d.writer = run.Writer(r.Name)
		d.load(ctx, n.follow)
		d.heed(run.Earlier)
		d.steps(ctx)
	})
	d.guard(ctx, func() { d.fallBack(ctx, n.handOn(d)) })
	return d.report()
}

// guard ends the delivery to this receiver alone where work panics.
func (d *round[D]) guard(ctx context.Context, work func()) {
	defer func() {
		if problem := recover(); problem != nil {
			d.stop(fmt.Sprintf("panic: %v", problem))
			d.Logger.LogAttrs(ctx, slog.LevelError, "delivery panicked",
				slog.String("receiver", d.receiver.Name), slog.Any("panic", problem), slog.String("stack", string(debug.Stack())))
		}
	}()
	work()
}

func (d *round[D]) steps(ctx context.Context) {
	for !d.stopped && ctx.Err() == nil {
		s := d.next()
		if s == nil {
			d.finish(ctx)
			return
		}
		d.step(ctx, s)
	}
}

// finish does what is left once nothing is to be sent any more.
func (d *round[D]) finish(ctx context.Context) {
	if len(d.extra) > 0 && !d.save(ctx) {
		return
	}
	if !d.redraw {
		d.markReplaced(ctx)
	}
}

// step is one notification, from what is planned to what is confirmed.
func (d *round[D]) step(ctx context.Context, s *sending) {
	s.tried = true
	switch looked := d.find(ctx, s); {
	case looked == unclear: // the next run looks again
	case looked == arrived:
		d.succeed(s)
	case s.Tries >= maxTries: // so many runs have begun to send it and saved no outcome
		d.giveUp(ctx, s)
	default:
		if !d.stage(ctx, s) {
			d.unstage(ctx, s)
			return
		}
		d.settle(ctx, s, d.send(ctx, s))
	}
	d.confirm(ctx)
}

// stage saves what is about to be sent. It reports false where that failed, such as since the
// lease is lost.
func (d *round[D]) stage(ctx context.Context, s *sending) bool {
	s.Tries++
	s.Uncertain, s.wasUncertain = true, s.Uncertain
	return d.save(ctx)
}

// unstage takes back what stage may have saved although it failed: nothing was sent, and
// who finds it staged in run after run would give it up. What the process does not live to
// take back counts as tried.
func (d *round[D]) unstage(ctx context.Context, s *sending) {
	s.Tries--
	s.Uncertain = s.wasUncertain
	d.confirm(ctx)
}

// confirm saves what came of it, even where the run has ended.
func (d *round[D]) confirm(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	d.save(ctx)
}

// send makes the one request that s stands for now.
func (d *round[D]) send(ctx context.Context, s *sending) (err error) {
	bot, f := d.receiver.Bot, s.form()
	switch {
	case f.method == upload:
		return d.upload(ctx, s)
	case f.method == post && s.Action != newStatus:
		return d.post(ctx, s, f.extent)
	}
	m := f.extent.of(d.word(s))
	m.ID, s.title = s.ID, Short.of(m).Text
	switch f.method {
	case edit:
		_, err = bot.Update(ctx, s.Thread, m)
	case reply:
		_, err = bot.Reply(ctx, s.Thread, m, s.Broadcast)
	default:
		s.ref, err = bot.Post(ctx, m)
	}
	return err
}

// post sends a message that stands for itself.
func (d *round[D]) post(ctx context.Context, s *sending, e Extent) (err error) {
	m := d.message(s)
	m.ID, m.Extent, s.title = s.ID, e, m.Title
	if d.receiver.Bot == nil {
		return d.receiver.Poster.Post(ctx, m)
	}
	s.ref, err = d.receiver.Bot.Post(ctx, d.receiver.render(m))
	return err
}

func (d *round[D]) upload(ctx context.Context, s *sending) error {
	file := d.file(s)
	if len(file.Content) == 0 {
		return nil // no longer wanted
	}
	return d.receiver.Bot.Upload(ctx, s.Thread, s.nameOf(file), file.Title, file.Content)
}

// next returns the next step: what an earlier run left unclear, then what is new, then
// what has failed before, so that it delays nothing else. It is nil where all is done.
// As long as the receiver takes nothing and several messages may have arrived, nothing
// new is planned: what waits in the outbox can then still be compacted.
func (d *round[D]) next() *sending {
	if s := d.again; s != nil {
		d.again = nil
		return s
	}
	if d.redraw {
		return d.add(d.planRedraw())
	}
	if s := d.state.untried((*sending).goesFirst); s != nil {
		return s
	}
	if d.passed || d.state.uncertain() < maxUncertain {
		if s := d.add(d.plan()); s != nil {
			return s
		}
	}
	return d.state.untried(func(*sending) bool { return true })
}

// add takes note of what is planned, if anything is.
func (d *round[D]) add(s *sending) *sending {
	if s != nil {
		d.state.Sending = append(d.state.Sending, s)
	}
	return s
}
