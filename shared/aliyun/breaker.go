package aliyun

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/sony/gobreaker/v2"
)

const (
	// breakAfter is how many recent answers it takes to judge a service by.
	breakAfter = 10
	// breakFor is how long the circuit breaker stays open.
	breakFor = 5 * time.Second
	// probes is how many calls then try whether the service is well again.
	probes = 2
	// breakWindow is how long answers count.
	breakWindow = 10 * time.Second
)

// errBroken is why a call was not made.
var errBroken = errors.New("the service has failed too often of late")

// breaker is a circuit breaker: it keeps calls from a service that does nothing but fail, so that callers
// are answered at once and the service can recover. It judges by faults and
// timeouts alone: a refusal, of a card or for being too fast, is an answer.
type breaker struct {
	gobreaker.CircuitBreaker[struct{}]
}

func newBreaker(service string, logger *slog.Logger) *breaker {
	return &breaker{*gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name:        service,
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
				slog.String("service", name), slog.String("from", from.String()), slog.String("to", to.String()))
		},
	})}
}

// check refuses a call while the circuit breaker is open.
func (b *breaker) check(action string) *Error {
	if b.State() == gobreaker.StateOpen {
		return broken(action)
	}
	return nil
}

// try makes a call and remembers how it went.
func (b *breaker) try(ctx context.Context, action string, f func() *Error) *Error {
	_, err := b.Execute(func() (struct{}, error) {
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
	return broken(action)
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
