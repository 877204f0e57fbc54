package aliyun

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstBackoff = 100 * time.Millisecond
	maxBackoff   = 5 * time.Second
	// maxBreaks is how often a call in the background waits for the circuit breaker:
	// for a minute. What asks for it then goes on without it.
	maxBreaks = int(time.Minute / breakFor)
	// leastAttempt is the shortest time in which an answer can be hoped for.
	leastAttempt = 50 * time.Millisecond
)

// retry waits before the next attempt, and reports false where there is to be
// none: the failure is final, the attempts are used up, another one could not
// end before ctx's deadline, or ctx ended, whose cause then explains e.
func (c *call) retry(ctx context.Context, e *Error) bool {
	if !c.mayHelp(ctx, e) {
		return e.endedBy(ctx)
	}
	wait := max(backoff(c.attempts, rand.Int64N), e.RetryAfter)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait+leastAttempt {
		return e.endedBy(ctx)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil || e.endedBy(ctx)
	case <-ctx.Done():
		return e.endedBy(ctx)
	}
}

type onceKey struct{}

// Once returns ctx for calls that do not try again where the service fails, whatever
// MaxAttempts says: a caller with another way to go on need not wait. A call that was
// throttled, or signed too long ago, is still tried again.
func Once(ctx context.Context) context.Context { return context.WithValue(ctx, onceKey{}, true) }

// mayHelp reports whether another attempt can go better.
func (c *call) mayHelp(ctx context.Context, e *Error) bool {
	switch e.Kind {
	case Unavailable, Timeout:
		return c.attempts < c.config.MaxAttempts && ctx.Value(onceKey{}) == nil
	case Throttled, Stale:
		return c.attempts < c.config.MaxAttempts
	case Broken:
		c.breaks++
		return c.config.Background && c.breaks <= maxBreaks
	case Expired:
		return c.attempts == 1 && c.signerChanged(ctx)
	default:
		return false
	}
}

// signerChanged reports whether the credentials have been renewed since they were
// refused.
func (c *call) signerChanged(ctx context.Context) bool {
	now, err := c.config.Credentials.Credentials(ctx)
	return err == nil && now != c.signer
}

// endedBy makes the end of ctx, if it ended, the cause of e. It reports false:
// there is no further attempt.
func (e *Error) endedBy(ctx context.Context) bool {
	if cause := context.Cause(ctx); cause != nil {
		e.Err = cause
	}
	return false
}

// backoff returns a random wait of up to the exponential bound ("full jitter"),
// so that callers that failed together do not come back together.
func backoff(attempt int, random func(int64) int64) time.Duration {
	bound := min(firstBackoff<<max(0, attempt-1), maxBackoff)
	return time.Duration(random(int64(bound) + 1))
}
