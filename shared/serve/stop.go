package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/signal"
	"syscall"
	"time"
)

const (
	// stopTimeout is how long runs and requests in flight may take to end:
	// Kubernetes kills after 30 s.
	stopTimeout = 25 * time.Second
	// lambdaStopTimeout: Lambda kills about 500 ms after SIGTERM.
	//
	// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
	lambdaStopTimeout = 300 * time.Millisecond
	// postTime is for the platforms' libraries to post the last answer: they
	// do so after the invocation has returned, and do not say when. Lambda leaves
	// less of it.
	postTime       = time.Second
	lambdaPostTime = 100 * time.Millisecond
)

var (
	// errStopping is the cause of a run's ctx ending.
	errStopping = errors.New("the process is asked to end")
	// errInFlight: the process ends although something still runs.
	errInFlight = errors.New("requests or runs are still in flight")
)

// untilSignal ends ctx when the process is asked to end. A second signal ends
// it at once.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// beginStopping ends the ctx of every run. It is called once.
func (s *service) beginStopping(ctx context.Context) {
	s.Logger.InfoContext(ctx, "stopping")
	close(s.stopping)
}

// untilStopping ends ctx when the process begins to stop, so that a run can
// keep its progress and release what it holds.
func (s *service) untilStopping(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-s.stopping:
			cancel(errStopping)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// serveInvocations lets take, which never returns, take events from a runtime
// API until ctx ends, and then waits for those in flight, and for post.
func (s *service) serveInvocations(ctx context.Context, take func(), timeout, post time.Duration) error {
	go take()
	<-ctx.Done()
	s.beginStopping(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.inFlight.Lock() // From here on no event gets in.
		<-time.After(post - time.Since(time.Unix(0, s.returned.Load())))
	}()
	select {
	case <-done:
		return nil
	case <-time.After(timeout):
		return fmt.Errorf("stop within %s: %w", timeout, errInFlight)
	}
}

// close gives the function its chance to close what it has open.
func (s *service) close(ctx context.Context) error {
	if s.Close == nil {
		return nil
	}
	if err := attempt(s.Close); err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelError, "close failed", failure(err)...)
		return fmt.Errorf("close function %q: %w", s.Name, err)
	}
	return nil
}
