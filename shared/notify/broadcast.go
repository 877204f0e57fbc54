package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"signalbox/shared/slack"
)

// Broadcast sends a message to every receiver at once, without an outbox and
// without remembering it: for what has to be said when the state cannot be used.
// The error names the receivers that did not take it.
func (n *Notifier[D]) Broadcast(ctx context.Context, m slack.Message) error {
	errs := make([]error, len(n.config.Receivers))
	var all sync.WaitGroup
	for at, r := range n.config.Receivers {
		all.Go(func() {
			defer func() {
				if problem := recover(); problem != nil {
					errs[at] = fmt.Errorf("receiver %s: panic: %v", r.Name, problem)
				}
			}()
			if err := r.post(ctx, m); err != nil {
				errs[at] = fmt.Errorf("receiver %s: %w", r.Name, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// post makes one new message of m.
func (r Receiver) post(ctx context.Context, m slack.Message) error {
	if r.Bot == nil {
		return r.Poster.Post(ctx, m)
	}
	_, err := r.Bot.Post(ctx, m)
	return err
}
