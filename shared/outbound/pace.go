package outbound

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"signalbox/shared/delivery"
)

// requestMargin is what has to be left of ctx for a request after a wait.
const requestMargin = 2 * time.Second

// Pace keeps requests of one kind apart. Make it with NewPace. It is safe for
// concurrent use.
type Pace struct{ limiter *rate.Limiter }

// NewPace returns the pace of one request in each interval.
func NewPace(interval time.Duration) Pace {
	return Pace{rate.NewLimiter(rate.Every(interval), 1)}
}

// await waits for the next permit, or returns at once where ctx ends before it.
func (p Pace) await(ctx context.Context) *delivery.Error {
	permit := p.limiter.Reserve()
	wait := permit.Delay()
	if sleep(ctx, wait) {
		return nil
	}
	permit.Cancel()
	failure := &delivery.Error{Kind: delivery.KindRateLimited, Reason: "waiting for a permit", Cause: ctx.Err()}
	failure.Wait(time.Now(), wait)
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
