// Package function is what a function hands to whoever serves it: package serve,
// which runs it on the platforms, and the dev environment. A function makes its
// [Function] from the environment and knows no platform.
package function

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"signalbox/shared/config"
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
	// encoded as the JSON answer; one with a method Overlapped() bool may say
	// that it did nothing, because another run was under way. Its error is
	// logged whole; the platform learns of it without its text, and may
	// deliver the event again. Nil means no schedule: the event then just
	// keeps the instance warm.
	Scheduled func(ctx context.Context, e event.Scheduled) (any, error)
	// Timers say when runs are due. They are for a process of its own alone, where several
	// functions are served: everywhere else a platform or a scheduler asks for runs.
	Timers []Timer
	// Roots are the first parts of the paths that are this function's where several share
	// an address, such as "conversions". What is nobody's is for the first of them.
	Roots []string
	// InvokeTokens are what POST /invoke takes, but from FC's custom runtime,
	// which needs none. Without one it refuses everybody.
	InvokeTokens config.Tokens
	// RunTimeout ends a run's ctx where it is asked for over HTTP: as a plain
	// HTTP server no platform has a limit of its own, and behind FC's custom
	// runtime the shorter one counts. Zero is 10 minutes.
	RunTimeout time.Duration
	// Batch takes messages from a queue and returns what became of each, as
	// [event.Batch.Each] does: those with an error are to be delivered again.
	// It logs their errors itself. Nil means no queue.
	Batch func(ctx context.Context, b event.Batch) []event.Result
	// Ready says what does not work at present; nothing means that all does.
	// It is asked by GET /readyz, has 5 s, and calls nobody more than it
	// must. Nil means always ready.
	Ready func(ctx context.Context) []Unusable
	// Memory is the bound, in bytes, that the garbage collector aims at where
	// neither the platform nor the operator names one. Zero is none.
	Memory int64
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

// RequestMemory is the bound of a function that keeps no more than its requests need.
// With the executable itself the process stays under 64 MB, with as many clients and
// bodies as there may be.
const RequestMemory = 48 << 20

// Unusable is a part of a function that does not work at present, or is in danger. Whoever asks
// reads its texts, so they hold public words only: no secrets, no addresses,
// no text of another's error.
type Unusable struct {
	// Function is whose part it is, where one process serves several.
	Function string `json:"function,omitempty"`
	// Part is what does not work, such as "state"; stable.
	Part string `json:"part"`
	// Reason says why.
	Reason string `json:"reason"`
	// Action says what to do about it.
	Action string `json:"action"`
	// Warning says that the part does work, and that something endangers it.
	Warning bool `json:"warning,omitempty"`
}
