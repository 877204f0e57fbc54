package aliyun

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
)

const (
	// breakAfter is how many recent answers it takes to judge an action by.
	breakAfter = 10
	// breakFor is how long the circuit breaker stays open.
	breakFor = 5 * time.Second
	// probes is how many calls then try whether it is well again.
	probes = 2
	// breakWindow is how long answers count.
	breakWindow = 10 * time.Second
)

// errBroken is why a call was not made.
var errBroken = errors.New("the action has failed too often of late")

// breakers has a circuit breaker for each action, so that one that fails, such as a
// page of the listing that nobody can read, keeps no other from being called.
type breakers struct {
	host       string
	background bool
	logger     *slog.Logger
	byAction   sync.Map // *breaker by the action's name
}

// of returns the circuit breaker of an action.
func (b *breakers) of(action string) *breaker {
	found, ok := b.byAction.Load(action)
	if !ok {
		found, _ = b.byAction.LoadOrStore(action, newBreaker(b.host, action, b.logger))
	}
	return found.(*breaker) //nolint:forcetypeassert // there are no others
}

// check refuses a call while the circuit breaker is open.
func (b *breakers) check(action string) *Error {
	if b.of(action).State() != gobreaker.StateOpen || b.exempt(action) {
		return nil
	}
	return broken(action)
}

// exempt reports whether a call is made although the circuit breaker is open: in the
// background, while the service answers another action. Calls of an action that never
// succeeds then fail one by one, and nobody waits for them; if they waited for the
// circuit breaker, what needs them would never be done.
func (b *breakers) exempt(action string) bool {
	answers := false
	b.byAction.Range(func(other, its any) bool {
		breaker := its.(*breaker) //nolint:forcetypeassert // there are no others
		answers = other != action && breaker.State() == gobreaker.StateClosed && breaker.Counts().TotalSuccesses > 0
		return !answers
	})
	return b.background && answers
}

// try makes a call and remembers how it went.
func (b *breakers) try(ctx context.Context, action string, f func() *Error) *Error {
	_, err := b.of(action).Execute(func() (struct{}, error) {
		if failure := f(); failure != nil {
			failure.ended = ctx.Err() != nil
			return struct{}{}, failure
		}
		return struct{}{}, nil
	})
	if err == nil {
		return nil
	}
	if failure, ok := errors.AsType[*Error](err); ok {
		return failure
	}
	if b.exempt(action) {
		return f()
	}
	return broken(action)
}

// breaker is a circuit breaker: it keeps calls from an action that does nothing but fail, so that callers
// are answered at once and the service can recover. It judges by faults and
// timeouts alone: a refusal, of a card or for being too fast, is an answer.
type breaker struct {
	gobreaker.CircuitBreaker[struct{}]
}

func newBreaker(host, action string, logger *slog.Logger) *breaker {
	return &breaker{*gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name:        action,
		MaxRequests: probes,
		Interval:    breakWindow,
		Timeout:     breakFor,
		ReadyToTrip: func(n gobreaker.Counts) bool {
			judged := n.TotalSuccesses + n.TotalFailures
			return judged >= breakAfter && n.TotalFailures*2 >= judged
		},
		IsSuccessful: func(err error) bool { return err == nil || !isFault(err) },
		IsExcluded:   saysNothing,
		OnStateChange: func(name string, from, to gobreaker.State) {
			logger.Warn("circuit breaker",
				slog.String("service", host), slog.String("action", name), slog.String("from", from.String()), slog.String("to", to.String()))
		},
	})}
}

func broken(action string) *Error {
	return &Error{Action: action, Kind: Broken, Err: errBroken, RetryAfter: breakFor}
}

// isFault reports whether err is the service's fault.
func isFault(err error) bool {
	failure, ok := errors.AsType[*Error](err)
	return ok && (failure.Kind == Unavailable || failure.Kind == Timeout)
}

// saysNothing reports whether err is no sign of how the service does: it throttled
// us, or the caller did not wait for it.
func saysNothing(err error) bool {
	failure, ok := errors.AsType[*Error](err)
	return ok && (failure.Kind == Throttled || failure.ended)
}
