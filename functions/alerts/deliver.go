package alerts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"signalbox/functions/alerts/channel"
	"signalbox/functions/alerts/message"
	"signalbox/shared/incident"
)

// deliver tells what is still to be told. What is about to be sent is saved
// first: after a crash it is sent again as it was, with the same ids, and not
// mixed with later news.
func (s *sweep) deliver(ctx context.Context) (messages int, err error) {
	var refused error
	for len(s.saved.Sending)+len(s.saved.Outbox) > 0 {
		if err := s.stage(ctx); err != nil {
			return messages, err
		}
		err := channel.TellAll(ctx, s.config.Channel, s.news(), s.saved.Channel, func(told channel.Told) error {
			if len(told.Delivered) > 0 {
				messages++
			}
			return s.delivered(context.WithoutCancel(ctx), told)
		})
		if waiting := len(s.saved.Sending); waiting > 0 {
			return messages, fmt.Errorf("deliver: %d notices wait for the next tick: %w", waiting, cmp.Or(err, context.Cause(ctx)))
		}
		refused = errors.Join(refused, err) // told all the same, as well as Slack takes it
	}
	return messages, refused
}

// stage makes the outbox what is sent next, unless something still is.
func (s *sweep) stage(ctx context.Context) (err error) {
	if len(s.saved.Sending) > 0 {
		return nil
	}
	s.saved.Sending, s.saved.Outbox, s.saved.Channel.Loud = s.saved.Outbox, nil, 0
	s.saved, err = s.save(ctx, s.saved)
	return err
}

// delivered saves what was.
func (s *sweep) delivered(ctx context.Context, t channel.Told) (err error) {
	s.saved.Channel = t.Memory
	s.saved.Sending = slices.DeleteFunc(slices.Clone(s.saved.Sending), func(n incident.Notice) bool {
		return slices.Contains(t.Delivered, n.ID)
	})
	s.saved, err = s.save(ctx, s.saved)
	return err
}

func (s *sweep) news() channel.News {
	return channel.News{Notices: s.saved.Sending, Open: s.told(), Coverage: s.coverage()}
}

// coverage says how much of the fleet the news is based on.
func (s *sweep) coverage() message.Coverage {
	report := s.saved.report()
	c := message.Coverage{
		Checked: report.Checked, Total: report.Cards, Failed: report.Failed, At: s.config.Now(), Partial: !report.Done,
		Late: s.late(s.config.Now()),
	}
	if p := s.saved.Last; p != nil {
		c.OldestData = p.Oldest
	}
	return c
}
