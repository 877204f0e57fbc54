package serve

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// errTimeUp is the cause of an invocation's ctx ending.
var errTimeUp = fmt.Errorf("the platform's time for this invocation is nearly up: %w", context.DeadlineExceeded)

// defaultRunTimeout is how long a run may take as a plain HTTP server, where no
// platform sets a limit.
const defaultRunTimeout = 10 * time.Minute

// withRunTimeout ends the ctx of a run that is asked for over HTTP. Behind FC's
// custom runtime the platform's own limit counts too, where a header has it.
func (s *service) withRunTimeout(ctx context.Context, custom bool, header http.Header) (context.Context, context.CancelFunc) {
	cause := fmt.Errorf("the run has taken its %s: %w", s.RunTimeout, context.DeadlineExceeded)
	ctx, release := context.WithTimeoutCause(ctx, s.RunTimeout, cause)
	seconds, err := strconv.ParseInt(header.Get(headerTimeout), 10, 32)
	if !custom || err != nil || seconds <= 0 {
		return ctx, release
	}
	platform := time.Duration(seconds) * time.Second
	ctx, cancel := context.WithTimeoutCause(ctx, platform-margin(platform), errTimeUp)
	return ctx, func() { cancel(); release() }
}

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
