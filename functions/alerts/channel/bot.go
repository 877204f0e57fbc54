package channel

import (
	"context"
	"fmt"
	"slices"

	"signalbox/functions/alerts/message"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// maxLoud is how many messages the channel itself shows for the news of one
// sweep, however much it is. Updates, threads and files come on top: nobody is
// called by them.
const maxLoud = 3

// Bot keeps one living message for each group of incidents: posted when the
// group opens, updated in place, with its history and the whole list in its
// thread, and forgotten when all is clear. It is safe for concurrent use, but
// two that tell the same news tell it twice.
type Bot struct {
	slack *slack.Bot
	style message.Style
}

// NewBot returns a channel that posts by b.
func NewBot(b *slack.Bot, s message.Style) *Bot { return &Bot{b, s} }

// Announce posts m.
func (b *Bot) Announce(ctx context.Context, m slack.Message) error {
	refused, err := insist(m, func(m slack.Message) error {
		_, err := b.slack.Post(ctx, m)
		return err
	})
	if err != nil {
		return fmt.Errorf("announce %s: %w", m.ID, err)
	}
	return refused
}

// Tell takes the next step: a message for a new group, or else an update, a
// reply or a list in the first thread that needs one.
func (b *Bot) Tell(ctx context.Context, n News, past Memory) (Told, error) {
	d := newDesk(n, past)
	told, err := b.step(ctx, d)
	if err != nil && !told.More {
		return Told{Memory: past}, fmt.Errorf("tell %d notices, kept for later: %w", len(n.Notices), err)
	}
	return told, err
}

func (b *Bot) step(ctx context.Context, d *desk) (Told, error) {
	if groups := d.newGroups(); len(groups) > 0 {
		return b.open(ctx, d, share(groups, d.memory.Loud))
	}
	for at, t := range d.memory.Threads {
		notices := d.notices(t.Groups)
		living := message.Living(b.style, d.board(t), d.Coverage)
		switch {
		case living.ID != t.Shown:
			return b.update(ctx, d, at, living)
		case t.Owed, len(notices) > message.MaxNamed && t.Listed != message.NewsID(notices):
			return b.list(ctx, d, at, notices)
		case len(notices) > 0:
			return b.reply(ctx, d, at, notices)
		}
	}
	return Told{Memory: d.rest()}, nil
}

// rest is the memory when all is told: what is all clear is forgotten.
func (d *desk) rest() Memory {
	return Memory{Threads: slices.DeleteFunc(d.memory.Threads, func(t Thread) bool { return len(d.board(t).Open) == 0 })}
}

// share picks the new groups of the next message: one, as long as there is room
// in the channel for the others, or else all.
func share(groups []message.Group, loud int) map[message.Group]int {
	if loud < maxLoud-1 {
		groups = groups[:1]
	}
	picked := make(map[message.Group]int, len(groups))
	for _, g := range groups {
		picked[g] = 0
	}
	return picked
}

// open posts the message of new groups. It tells all notices of what it shows.
func (b *Bot) open(ctx context.Context, d *desk, groups map[message.Group]int) (Told, error) {
	t := Thread{Groups: groups}
	board := d.board(t)
	living := message.Living(b.style, board, d.Coverage)
	refused, err := insist(living, func(m slack.Message) (err error) {
		t.Ref, err = b.slack.Post(ctx, m)
		return err
	})
	if err != nil {
		return Told{}, err
	}
	said := slices.DeleteFunc(d.notices(groups), func(n incident.Notice) bool { return !d.isOpen(n) })
	t.Groups, t.Shown, t.Owed = levels(groups, board), living.ID, len(board.Open) > message.MaxNamed
	d.memory.Threads = append(d.memory.Threads, t)
	d.memory.Loud++
	return Told{Memory: d.memory, Delivered: idsOf(said), More: true}, refused
}

// update changes a message in place.
func (b *Bot) update(ctx context.Context, d *desk, at int, living slack.Message) (Told, error) {
	t := &d.memory.Threads[at]
	before := t.Ref
	refused, err := insist(living, func(m slack.Message) (err error) {
		ref, err := b.slack.Update(ctx, before, m)
		if err == nil {
			t.Ref = ref
		}
		return err
	})
	if err != nil {
		return Told{}, err
	}
	t.Groups, t.Shown = levels(t.Groups, d.board(*t)), living.ID
	if t.Ref != before {
		d.memory.Loud++
	}
	return Told{Memory: d.memory, More: true}, refused
}

// reply tells in the thread what has changed, and in the channel, too, where
// something became worse.
func (b *Bot) reply(ctx context.Context, d *desk, at int, notices []incident.Notice) (Told, error) {
	ref := d.memory.Threads[at].Ref
	worse := slices.ContainsFunc(notices, func(n incident.Notice) bool { return n.Kind == incident.Escalated })
	loud := worse && d.memory.Loud < maxLoud
	history := message.History(b.style, notices, d.Coverage)
	refused, err := insist(history, func(m slack.Message) error { return b.hang(ctx, ref, m, loud) })
	if err != nil {
		return Told{}, err
	}
	if loud {
		d.memory.Loud++
	}
	return Told{Memory: d.memory, Delivered: idsOf(notices), More: true}, refused
}

// hang puts m into the thread at ref, or where that is gone, into the channel.
func (b *Bot) hang(ctx context.Context, ref slack.Ref, m slack.Message, broadcast bool) error {
	_, err := b.slack.Reply(ctx, ref, m, broadcast)
	if ref == (slack.Ref{}) || isLost(err) {
		_, err = b.slack.Post(ctx, m)
	}
	return err
}
