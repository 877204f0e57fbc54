package slack

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

const (
	defaultInterval = time.Second      // Slack takes one message per second and channel
	tier3Interval   = time.Minute / 50 // and of its tier 3, chat.update among them, 50 calls a minute
	requestMargin   = 2 * time.Second  // what has to be left of ctx for a request after a wait
)

// pace keeps requests of one kind apart.
type pace struct{ limiter *rate.Limiter }

func newPace(interval time.Duration) pace {
	return pace{rate.NewLimiter(rate.Every(interval), 1)}
}

// await waits for the next permit, or returns at once where ctx ends before it.
func (p pace) await(ctx context.Context) *Error {
	permit := p.limiter.Reserve()
	wait := permit.Delay()
	if sleep(ctx, wait) {
		return nil
	}
	permit.Cancel()
	failure := &Error{Kind: KindRateLimited, Reason: "waiting for a permit", cause: ctx.Err()}
	failure.wait(time.Now(), wait)
	return failure
}

// endsInTime reports whether a wait of d leaves ctx the time for a request.
func endsInTime(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || d <= 0 || time.Until(deadline) >= d+requestMargin
}

// sleep waits for d and reports true, or false where ctx ends before that. A
// wait that does not end in time is not begun.
func sleep(ctx context.Context, d time.Duration) bool {
	if ctx.Err() != nil || !endsInTime(ctx, d) {
		return false
	}
	if d <= 0 {
		return true
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
