package serve

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/shared/logging"
	"signalbox/shared/metric"
	"signalbox/shared/serve/event"
)

// service is a Function that survives whatever an invocation does.
type service struct {
	Function

	// guarded is the Function's Handler, made safe.
	guarded http.Handler
	now     func() time.Time
	// stopping is closed when the process begins to end.
	stopping chan struct{}
	// guesses are the wrong tokens that this listener has been shown. Nil: others look at them.
	guesses *guesses
	// sources are what GET /metrics shows.
	sources []metric.Source
	// timers ask for runs, in a process that serves several functions.
	timers *timers
	// inFlight is read-locked by each invocation of a runtime API.
	inFlight sync.RWMutex
	returned atomic.Int64 // Unix nanoseconds when the last one returned; 0: none has
}

func newService(f Function) (*service, error) {
	if f.Handler == nil {
		return nil, fmt.Errorf("function %q has no handler", f.Name)
	}
	f.Logger = cmp.Or(f.Logger, logging.Discard()).With(slog.String(logging.FunctionKey, f.Name))
	f.Meter = cmp.Or(f.Meter, metric.New())
	f.RunTimeout = cmp.Or(f.RunTimeout, defaultRunTimeout)
	s := &service{
		Function: f, now: time.Now, stopping: make(chan struct{}), guesses: newGuesses(),
		sources: []metric.Source{{Function: f.Name, Meter: f.Meter}}, timers: new(timers),
	}
	s.expectRuns()
	s.guarded = s.eventHandler()
	return s, nil
}

// invoke answers one event of a runtime API. An HTTP event never gives an
// error, because a platform would show its text to the client.
func (s *service) invoke(ctx context.Context, raw []byte) (json.RawMessage, error) {
	s.inFlight.RLock()
	defer s.inFlight.RUnlock()
	defer func() { s.returned.Store(time.Now().UnixNano()) }()
	ctx, cancel := withMargin(ctx)
	defer cancel()
	e, err := event.Decode(raw)
	if err != nil {
		return nil, s.refuse(ctx, err.Error())
	}
	switch {
	case e.HTTP != nil:
		return s.answer(ctx, e.HTTP), nil
	case e.Scheduled != nil:
		o, err := s.run(ctx, *e.Scheduled)
		return o.answer, err
	default:
		return s.batch(ctx, *e.Batch)
	}
}

// answer serves an HTTP event. What the guard cannot answer, because the
// handler broke off half-way, is a 500 here: nothing has been sent yet.
func (s *service) answer(ctx context.Context, h *event.HTTP) (raw json.RawMessage) {
	err := attempt(func() error {
		raw = h.Serve(ctx, s.guarded)
		return nil
	})
	if err != nil {
		raw = h.Serve(ctx, http.HandlerFunc(internalError))
	}
	return raw
}

// EventError says that a function cannot do anything with an event. The name of
// this type is the errorType that the platforms' alarms see. Its text
// quotes nothing of the event.
type EventError struct{ reason string }

// Error says why.
func (e *EventError) Error() string { return e.reason }

func (s *service) refuse(ctx context.Context, reason string) error {
	s.Logger.ErrorContext(ctx, "event refused", slog.String("error", reason))
	return &EventError{reason}
}
