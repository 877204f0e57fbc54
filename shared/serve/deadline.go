package serve

import (
	"context"
	"fmt"
	"time"
)

// errTimeUp is the cause of an invocation's ctx ending.
var errTimeUp = fmt.Errorf("the platform's time for this invocation is nearly up: %w", context.DeadlineExceeded)

// withMargin ends ctx a little before the platform ends the invocation.
func withMargin(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithDeadlineCause(ctx, deadline.Add(-margin(time.Until(deadline))), errTimeUp)
}

// margin is the part of what is left that is kept for the answer: a tenth,
// from 300 ms to 2 s, but never more than half.
func margin(left time.Duration) time.Duration {
	return min(max(left/10, 300*time.Millisecond), 2*time.Second, left/2)
}
