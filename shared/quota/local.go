package quota

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Local keeps the quota within this process: calls of an action are spaced
// evenly, never in a burst, since a burst at the start of one second and the
// even flow after it would be twice the quota in that second.
//
// It is safe for concurrent use; waiters are served in the order they came.
type Local struct {
	perSecond rate.Limit

	mu       sync.Mutex
	limiters map[string]*rate.Limiter
}

// margin keeps the pace a little below the quota: rounding, or a call that is a
// few milliseconds early on the network, must not put one call too many into
// one of Alibaba's seconds.
const margin = 0.995

// NewLocal allows perSecond calls a second of each action.
func NewLocal(perSecond float64) *Local {
	return &Local{perSecond: rate.Limit(perSecond * margin), limiters: make(map[string]*rate.Limiter)}
}

// Wait returns when the caller may make one call of action. Where ctx's
// deadline comes before that it returns an [ExhaustedError] at once, and where
// ctx ends while waiting, ctx's cause.
func (l *Local) Wait(ctx context.Context, action string) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	place := l.limiter(action).Reserve()
	wait := place.Delay()
	if wait == 0 {
		return nil
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		place.Cancel()
		return &ExhaustedError{Action: action, RetryAfter: wait}
	}
	if err := sleep(ctx, wait); err != nil {
		place.Cancel()
		return err
	}
	return nil
}

func (l *Local) limiter(action string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter, ok := l.limiters[action]
	if !ok {
		limiter = rate.NewLimiter(l.perSecond, 1)
		l.limiters[action] = limiter
	}
	return limiter
}
