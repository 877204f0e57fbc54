package channel

import (
	"context"
	"fmt"

	"signalbox/functions/alerts/message"
	"signalbox/shared/slack"
)

// Poster posts one message; an error means that it may not have arrived.
type Poster interface {
	Post(ctx context.Context, m slack.Message) error
}

var _ Poster = (*slack.Webhook)(nil)

// Webhook tells all news in one digest, for it cannot change what it has posted.
// It needs no memory. It is safe for concurrent use if its Poster is.
type Webhook struct {
	poster Poster
	style  message.Style
}

// NewWebhook returns a channel that posts by p.
func NewWebhook(p Poster, s message.Style) *Webhook { return &Webhook{p, s} }

// Tell posts the digest of all notices. A digest that Slack rejects in every
// form is told as a count instead, and is delivered with an error.
func (w *Webhook) Tell(ctx context.Context, n News, past Memory) (Told, error) {
	if len(n.Notices) == 0 {
		return Told{Memory: past}, nil
	}
	digest := message.Digest(w.style, n.Notices, n.Coverage)
	refused, err := insist(digest, func(m slack.Message) error { return w.poster.Post(ctx, m) })
	if err != nil {
		return Told{Memory: past}, fmt.Errorf("tell %d notices, kept for later: %w", len(n.Notices), err)
	}
	return Told{Memory: past, Delivered: idsOf(n.Notices)}, refused
}

// Announce posts m.
func (w *Webhook) Announce(ctx context.Context, m slack.Message) error {
	refused, err := insist(m, func(m slack.Message) error { return w.poster.Post(ctx, m) })
	if err != nil {
		return fmt.Errorf("announce %s: %w", m.ID, err)
	}
	return refused
}
