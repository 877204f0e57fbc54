// Package serve runs one function wherever it is deployed: on Function Compute
// (built-in or custom runtime), on Lambda, or as a plain HTTP server.
//
// [Main] finds out once which platform started the process. On Function
// Compute's go1 runtime and on Lambda it takes events from the platform's
// runtime API, and package event says what they are; anywhere else it is
// an HTTP server, which is also all that FC's custom runtimes ask for. A
// [Function] never notices the difference.
//
// Every invocation's ctx carries the platform's request id, on Function Compute
// the credentials of the function's role, and a deadline a little before the
// platform's own, so that there is time left to answer. A panic ends one
// invocation and not the process. SIGTERM ends the ctx of every run, lets what
// is in flight finish, and ends the process with code 0.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"signalbox/shared/metric"
	"signalbox/shared/serve/event"
)

// Function is what one deployable serves. Its parts are called from several
// goroutines at once.
type Function struct {
	// Name is the function's name in its log lines.
	Name string
	// Handler answers HTTP requests. It is required, and may panic: the
	// caller gets a 500 and the log gets the stack.
	Handler http.Handler
	// Scheduled makes the run that a scheduled event asks for. Its result is
	// encoded as the JSON answer. Its error is logged whole; the platform
	// learns of it without its text, and may deliver the event again. Nil
	// means no schedule: the event then just keeps the instance warm.
	Scheduled func(ctx context.Context, e event.Scheduled) (any, error)
	// RunTimeout ends a run's ctx where it is asked for over HTTP: as a plain
	// HTTP server no platform has a limit of its own, and behind FC's custom
	// runtime the shorter one counts. Zero is 10 minutes.
	RunTimeout time.Duration
	// Batch takes messages from a queue and returns the ids of those to be
	// delivered again. It logs their errors itself. Nil means no queue.
	Batch func(ctx context.Context, messages []event.Message) (failed []string)
	// Ready says what does not work at present; nothing means that all does.
	// It is asked by GET /readyz, has 5 s, and calls nobody more than it
	// must. Nil means always ready.
	Ready func(ctx context.Context) []Unusable
	// Close is called once when the process ends in order, after the last
	// request and run, such as to close a file. It is not called where one
	// of them does not end in time, and not on Function Compute or Lambda
	// where they end the process without a signal. Nil closes nothing.
	Close func() error
	// Logger gets what goes wrong here. Nil discards it.
	Logger *slog.Logger
	// Meter is reported as the platform's users expect: at GET /metrics as a
	// plain HTTP server, and after each invocation elsewhere. Nil reports
	// nothing.
	Meter *metric.Meter
}

// Main runs a function until the platform ends it and returns the code for
// [os.Exit]. It hands environ, as from [os.Environ], to open; what open finds
// wrong with it is printed to stderr, whole, and the code is 1.
func Main(environ []string, open func(environ []string) (Function, error)) int {
	limitMemory(environ)
	return Run(context.Background(), environ, os.Stderr, open)
}

// Run is [Main] for those who want to stop a plain HTTP server, by ending
// ctx, and to see what goes to stderr.
func Run(ctx context.Context, environ []string, stderr io.Writer, open func(environ []string) (Function, error)) int {
	if err := run(ctx, environ, open); err != nil {
		_, _ = fmt.Fprintln(stderr, err) // There is nowhere else to say it.
		return 1
	}
	return 0
}

func run(ctx context.Context, environ []string, open func(environ []string) (Function, error)) error {
	where, hostErr := detect(environ)
	function, err := open(environ)
	if err := errors.Join(err, hostErr); err != nil {
		return err
	}
	s, err := newService(function)
	if err != nil {
		return err
	}
	err = s.serve(ctx, where)
	if errors.Is(err, errInFlight) {
		return err // What is in flight may still use what Close would close.
	}
	return errors.Join(err, s.close(ctx))
}

// serve returns when the process is asked to end.
func (s *service) serve(ctx context.Context, where platform) error {
	ctx, stop := untilSignal(ctx)
	defer stop()
	switch where.kind {
	case functionCompute:
		return s.serveInvocations(ctx, s.startFunctionCompute, stopTimeout)
	case lambdaRuntime:
		return s.serveInvocations(ctx, s.startLambda, lambdaStopTimeout)
	default:
		return s.listenAndServe(ctx, where)
	}
}
