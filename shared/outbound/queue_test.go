package outbound_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/outbound"
)

// TestFailureOutlivesThePace wants what a receiver failed of, and not that there is no time
// for another attempt.
func TestFailureOutlivesThePace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		queue := outbound.NewQueue(func(time.Duration) time.Duration { return 0 })
		err := queue.Do(ctx, outbound.Job{
			Attempted: "post to dingtalk", Pace: outbound.NewPace(6 * time.Second),
			Send: func(context.Context) *delivery.Error {
				return &delivery.Error{Kind: delivery.KindUnavailable, Status: 502, Reason: "Bad Gateway"}
			},
		})
		failure, ok := errors.AsType[*delivery.Error](err)
		if !ok || failure.Reason != "Bad Gateway" || failure.Status != 502 || failure.Kind != delivery.KindRateLimited || failure.RetryAfter != 6*time.Second || failure.Attempts != 1 {
			t.Errorf("Do = %v", err)
		}
	})
}
