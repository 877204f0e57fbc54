package notify

import (
	"context"

	"signalbox/shared/delivery"
	"signalbox/shared/slack"
)

// looked is what came of looking for a message that may have arrived before.
type looked int

const (
	absent  looked = iota
	arrived        // and s.ref says where it is
	unclear        // it cannot be found out now
)

// find looks for s where it may have arrived before. What cannot be looked for is
// absent: it is sent again, with the same ID.
func (d *round[D]) find(ctx context.Context, s *sending) looked {
	in := s.Thread
	switch m := s.form().method; {
	case d.receiver.Bot == nil, !s.Uncertain, m == edit:
		return absent
	case m == post:
		in = slack.Ref{Channel: d.state.ChannelID}
	}
	at, found, err := d.receiver.Bot.Find(ctx, in, s.ID, s.Since)
	if found && at.Reply && s.Action == newStatus {
		return absent // the same changes once were a reply, which cannot be a status message
	}
	if found {
		s.ref, s.found = at.Ref, true
		return arrived
	}
	if err == nil {
		return absent
	}
	s.cause = err
	d.note(err.Error())
	switch failure := failureOf(err); {
	case failure.Kind == delivery.KindConfig:
		d.stopped = true
		return unclear
	case failure.Kind != delivery.KindRateLimited && failure.Kind != delivery.KindUnavailable, s.Looks >= maxTries:
		return absent
	}
	s.Looks++
	d.countDown()
	return unclear
}
