package notify

import (
	"context"
	"errors"
	"slices"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
)

const (
	// maxTries is how many runs try a message in its simplest form until it is given
	// up, or in any form where it stays unclear whether it arrived.
	maxTries = 3
	// maxUncertain is how many messages may have arrived at a receiver that takes
	// nothing, until no others are planned. After maxUnsure they are planned anew.
	maxUncertain = 3
	maxUnsure    = 24 * time.Hour
	// longestRepeat is how long a message that may have arrived, again and again, is not
	// sent once more. It is less than the time from one sweep to the next usually is.
	longestRepeat = 8 * time.Minute
)

// failureOf reads an error of a receiver. One that is not Slack's counts as
// unavailable.
func failureOf(err error) *delivery.Error {
	if failure, ok := errors.AsType[*delivery.Error](err); ok {
		return failure
	}
	return &delivery.Error{Kind: delivery.KindUnavailable}
}

// settle decides what the outcome of a try means.
func (d *round[D]) settle(ctx context.Context, s *sending, err error) {
	if err == nil {
		d.succeed(s)
		for _, other := range d.pass() {
			other.Tries++
			d.giveWay(ctx, other)
		}
		return
	}
	failure := failureOf(err)
	s.Uncertain, s.cause = failure.Uncertain || s.wasUncertain, err
	if failure.Uncertain {
		s.Lost++
	}
	d.note(err.Error())
	switch {
	case failure.Kind == delivery.KindConfig, failure.Kind == delivery.KindRateLimited:
		s.Tries--
		if failure.RetryAfter >= minWait {
			d.state.NotBefore = failure.NotBefore
		}
		d.stopped = true
	case s.Action == list: // the messages do without it
		d.giveUp(ctx, s)
	case failure.Kind == delivery.KindUnavailable:
		d.unavailable(ctx, s)
	case failure.Kind == delivery.KindLost && d.lose(s):
	case s.simplify():
		d.again = s
	default:
		d.countTry(ctx, s)
	}
}

// unavailable counts a failure against the message only where the receiver takes
// others.
func (d *round[D]) unavailable(ctx context.Context, s *sending) {
	d.countDown()
	if d.passed {
		d.giveWay(ctx, s)
		return
	}
	s.Tries--
	d.failing = append(d.failing, s)
	if s.Lost > 1 && d.receiver.Bot == nil { // a bot looks for it first
		d.state.NotBefore = d.Now().Add(repeatAfter(s.Lost))
	}
}

// repeatAfter is when a message whose answer was lost so many times is sent again: where
// each run would, and runs come every minute, people would get it every minute.
func repeatAfter(lost int) time.Duration {
	return min(time.Minute<<min(lost-1, 8), longestRepeat)
}

// countTry gives up what was tried often enough.
func (d *round[D]) countTry(ctx context.Context, s *sending) {
	if s.Tries >= maxTries {
		d.giveUp(ctx, s)
	}
}

// giveWay gives up what was tried often enough while the receiver takes other messages,
// but tries the simplest form before, unless the message may have arrived already.
func (d *round[D]) giveWay(ctx context.Context, s *sending) {
	if simplest := len(formsOf(s.Action)) - 1; s.Tries >= maxTries && s.Form < simplest && !s.Uncertain {
		s.Form, s.Tries = simplest, 0
	}
	d.countTry(ctx, s)
}

// lose drops the thread that s is about, so that its groups get a new status
// message, and its changes another reply. It reports false where that has been
// done in this run already.
func (d *round[D]) lose(s *sending) bool {
	t := d.state.threadAt(s.Thread)
	if s.Thread == (slack.Ref{}) || t == nil || slices.ContainsFunc(t.Groups, func(g Group) bool { return d.lost[g] }) {
		return false
	}
	for _, g := range t.Groups {
		d.lost[g] = true
	}
	d.state.forget(s)
	d.state.drop(s.Thread)
	return true
}

// succeed remembers that s arrived.
func (d *round[D]) succeed(s *sending) {
	d.state.forget(s)
	d.outbox.remove(s.Changes)
	f := s.form()
	if f.method == post || f.method == reply {
		d.messages++
	}
	if f.method == post && d.receiver.Bot != nil {
		d.state.ChannelID = s.ref.Channel
	}
	if f.method == post && s.Action != announce || f.method == reply && s.Broadcast {
		d.state.Visible++
	}
	t := d.state.threadAt(s.Thread)
	switch {
	case s.Action == newStatus:
		d.begin(s)
	case s.Action == sayNote:
		d.dropNote(s.Note)
	case s.Action == announce:
		d.state.Announced = s.ID
	case t == nil:
	case s.Action == update:
		t.Shown = d.view.print(t.Groups)
	case s.Action == list:
		listDone(t, s)
	case s.Action == listMissing:
		t.Unlisted = false
	}
	d.prune()
}

// begin remembers a new thread. A message that was found, and not sent just now, may
// show something older.
func (d *round[D]) begin(s *sending) {
	t := thread{Ref: s.ref, Groups: s.Groups, Posted: s.Since}
	if !s.found {
		t.Posted, t.Shown = d.Now(), d.view.print(t.Groups)
	}
	t.Owed = len(d.writer.List(d.view.of(t.Groups), nil).Content) > 0
	d.state.begin(t)
}

// prune forgets threads in which nothing is open and nothing is left to be said.
func (d *round[D]) prune() {
	if len(d.state.Threads) == 0 {
		return
	}
	waiting := d.sorted()
	d.state.Threads = slices.DeleteFunc(d.state.Threads, func(t thread) bool {
		for _, g := range t.Groups {
			if len(d.view.groups[g])+len(waiting[g]) > 0 {
				return false
			}
		}
		if t.Ref != (slack.Ref{}) && d.view.elsewhere(t.Groups) > 0 {
			return false // it says how many are in other messages
		}
		busy := slices.ContainsFunc(d.state.Sending, func(s *sending) bool { return s.Thread == t.Ref && s.Thread != (slack.Ref{}) })
		said := t.Shown == d.view.print(t.Groups) && !t.Owed && !t.Unlisted
		return !busy && (said || t.Ref == (slack.Ref{}))
	})
}

// giveUp ends what cannot be sent: another way is found, or it is a dead letter.
func (d *round[D]) giveUp(ctx context.Context, s *sending) {
	d.state.forget(s)
	t := d.state.threadAt(s.Thread)
	switch {
	case s.Action == update:
		d.state.drop(s.Thread)
		return
	case s.Action == sayNote:
		d.giveUpNote(ctx, s)
		return
	case s.Action == list && t != nil:
		t.Unlisted = true
		listDone(t, s)
		return
	case s.Action == listMissing && t != nil:
		t.Unlisted = false
		return
	case s.Action == announce:
		d.state.Announced = s.ID
	}
	if len(s.Changes) > 0 || s.Action == announce {
		d.bury(ctx, d.letterOf(s))
	}
	d.outbox.remove(s.Changes)
	if s.Action == newStatus {
		d.state.begin(thread{Groups: s.Groups, Posted: d.began})
	}
}
