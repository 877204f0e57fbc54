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
	"os"

	"signalbox/shared/serve/function"
)

// Function is what one deployable serves.
type Function = function.Function

// Unusable is a part of a function that does not work at present.
type Unusable = function.Unusable

// Main runs a function until the platform ends it and returns the code for
// [os.Exit]. It hands environ, as from [os.Environ], to open; what open finds
// wrong with it is printed to stderr, whole, and the code is 1.
func Main(environ []string, open func(environ []string) (Function, error)) int {
	limitMemory(environ)
	return Run(context.Background(), environ, os.Stderr, func(environ []string) (Function, error) {
		f, err := open(environ)
		limitMemoryOf(f)
		return f, err
	})
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
	opened, err := open(environ)
	if err := errors.Join(err, hostErr); err != nil {
		return err
	}
	s, err := newService(opened)
	if err != nil {
		return err
	}
	return s.closeAfter(ctx, s.serve(ctx, where))
}

// closeAfter closes the function, whose serving has ended with err.
func (s *service) closeAfter(ctx context.Context, err error) error {
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
		return s.serveInvocations(ctx, s.startFunctionCompute, stopTimeout, postTime)
	case lambdaRuntime:
		return s.serveInvocations(ctx, s.startLambda, lambdaStopTimeout, lambdaPostTime)
	default:
		return s.listenAndServe(ctx, where)
	}
}
