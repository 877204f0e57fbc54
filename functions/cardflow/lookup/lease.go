package lookup

import (
	"context"
	"time"
)

// lease is the right to ask for one card. It is renewed until it is released.
type lease struct {
	shared *shared
	key    string
	holder string
	ctx    context.Context //nolint:containedctx // of what it is held for
	stop   context.CancelFunc
	done   chan struct{}
}

// keep renews a lease that was taken, until ctx ends at the latest.
func (s *shared) keep(ctx context.Context, key, holder string) *lease {
	kept, stop := context.WithCancel(ctx)
	l := &lease{shared: s, key: key, holder: holder, ctx: kept, stop: stop, done: make(chan struct{})}
	go l.renew() //nolint:contextcheck // it has one that ends with ctx
	return l
}

func (l *lease) renew() {
	defer close(l.done)
	ticker := time.NewTicker(leaseFor / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			l.settle(leaseFor)
		case <-l.ctx.Done():
			return
		}
	}
}

// release gives the lease back. One that is nil was never held.
func (l *lease) release() {
	if l == nil {
		return
	}
	l.stop()
	<-l.done
	l.settle(0)
}

func (l *lease) settle(length time.Duration) {
	l.shared.do(context.WithoutCancel(l.ctx), func(ctx context.Context) error {
		return settleScript.Run(ctx, l.shared.client, []string{l.key}, l.holder, length.Milliseconds()).Err()
	})
}
