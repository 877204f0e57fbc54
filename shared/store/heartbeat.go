package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Keep renews the lease by a heartbeat, until stop is called or ctx is done: from
// then on it lasts until its end. The context it returns is cancelled with the cause
// ErrLost when the lease is lost: another run has it, or its end has come by the
// process's monotonic clock, which does not step. stop also cancels that context, and
// waits until nothing is renewed any more.
func (l *Lease) Keep(ctx context.Context) (kept context.Context, stop func()) {
	kept, cancel := context.WithCancelCause(ctx)
	end := time.AfterFunc(l.config.Length-time.Since(l.acquired), func() {
		cancel(fmt.Errorf("%w: %s could not be renewed in time", ErrLost, l.config.Name))
	})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		defer end.Stop()
		l.beat(kept, cancel, end)
	}()
	return kept, func() {
		cancel(nil)
		<-stopped
	}
}

// beat renews the lease every third of its length, and more often while that fails.
// Each time it puts off the end.
func (l *Lease) beat(ctx context.Context, cancel context.CancelCauseFunc, end *time.Timer) {
	regular, again := l.config.Length/3, l.config.Length/12
	next := time.NewTimer(regular)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		began := time.Now()
		err := l.attempt(ctx)
		switch {
		case err == nil:
			if end.Reset(l.config.Length - time.Since(began)) {
				next.Reset(regular)
				continue
			}
			return // the end came before the answer
		case errors.Is(err, ErrConflict):
			cancel(fmt.Errorf("%w: another run has %s", ErrLost, l.config.Name))
			return
		}
		next.Reset(again)
	}
}

// attempt renews the lease within a bounded time.
func (l *Lease) attempt(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, l.config.Length/6)
	defer cancel()
	return l.renew(ctx)
}
