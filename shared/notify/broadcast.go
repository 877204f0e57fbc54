package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Broadcast sends each receiver what word says for it, at once, without an outbox and
// without remembering it: for what has to be said when the state cannot be used.
// The error names the receivers that did not take it.
func (n *Notifier[D]) Broadcast(ctx context.Context, word func(receiver string) Message) error {
	errs := make([]error, len(n.config.Receivers))
	var all sync.WaitGroup
	for at, r := range n.config.Receivers {
		all.Go(func() {
			defer func() {
				if problem := recover(); problem != nil {
					errs[at] = fmt.Errorf("receiver %s: panic: %v", r.Name, problem)
				}
			}()
			if err := r.Send(ctx, word(r.Name)); err != nil {
				errs[at] = fmt.Errorf("receiver %s: %w", r.Name, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// Send makes one new message of m, at once, without an outbox and without remembering it.
func (r Receiver) Send(ctx context.Context, m Message) error {
	if r.Bot == nil {
		return r.Poster.Post(ctx, m)
	}
	_, err := r.Bot.Post(ctx, r.render(m))
	return err
}
