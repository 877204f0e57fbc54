package slack

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

const (
	defaultInterval = time.Second      // Slack takes one message per second and channel
	updateInterval  = time.Minute / 50 // and of chat.update 50 a minute, its tier 3
)

// pace keeps requests of one kind apart.
type pace struct {
	interval time.Duration
	limiter  *rate.Limiter
}

func newPace(interval time.Duration) pace {
	return pace{interval, rate.NewLimiter(rate.Every(interval), 1)}
}

// await waits for the next permit, or returns at once where ctx ends before it.
func (p pace) await(ctx context.Context) *Error {
	if err := p.limiter.Wait(ctx); err != nil {
		return &Error{Kind: KindRateLimited, Reason: "waiting for its turn", RetryAfter: p.interval, cause: ctx.Err()}
	}
	return nil
}

// sleep waits for d and reports true, or false where ctx ends before that. A
// deadline that lies before d is not waited for.
func sleep(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
