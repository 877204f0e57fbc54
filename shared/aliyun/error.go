package aliyun

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"signalbox/shared/aliyun/credential"
)

// Kind is what a failure means to the caller.
type Kind int

// The kinds of failure.
const (
	// Unexpected is an answer that cannot be understood.
	Unexpected Kind = iota
	// Throttled is a call above the quota as Alibaba counts it.
	Throttled
	// Unavailable is a fault on Alibaba's side or on the way there.
	Unavailable
	// Timeout is an attempt that took too long.
	Timeout
	// Denied is a key, a signature or a permission that is not accepted, or a call
	// that nothing signs.
	Denied
	// NotFound is a card that does not exist or no longer does.
	NotFound
	// Invalid is a request that Alibaba will never accept.
	Invalid
	// Stale is a nonce or a time that was refused; a new one may be accepted.
	Stale
	// Expired is a temporary key whose time is over.
	Expired
	// Broken is a call that was not made, because the circuit breaker is open: the
	// action has failed too often of late.
	Broken
)

var kindNames = [...]string{
	Unexpected: "unexpected", Throttled: "throttled", Unavailable: "unavailable", Timeout: "timeout",
	Denied: "denied", NotFound: "not found", Invalid: "invalid", Stale: "stale", Expired: "expired", Broken: "circuit breaker open",
}

// String returns the kind in words.
func (k Kind) String() string { return kindNames[k] }

// Error is a call that failed, after all its attempts. Its text names the
// action, the code, the number of attempts and Alibaba's request id, and holds
// no parameter of the call and nothing secret.
type Error struct {
	Action    string
	Kind      Kind
	Code      string // Alibaba's, such as Throttling.User; empty where there was no answer
	Status    int    // HTTP status; 0 where there was no answer
	RequestID string // Alibaba's
	Attempts  int    // how often the call was tried
	// Message is Alibaba's text, without anything that looks like a card's
	// number, and empty where it might repeat the call, as it does for refused
	// signatures. Code and RequestID are empty where they have not the usual form.
	Message string
	// RetryAfter is how long Alibaba asked to wait; zero where it did not.
	RetryAfter time.Duration
	// Err is the cause where there was no answer, or none that can be read: ctx's
	// cause, or one of a few fixed words, never the transport's.
	Err error

	date  time.Time // the service's, zero where it did not say
	ended bool      // the caller's ctx ended during the attempt
}

// Error gives the failure in one line.
func (e *Error) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s", e.Action, e.Kind)
	if e.Code != "" {
		fmt.Fprintf(&text, ": %s", e.Code)
	}
	if e.Status != 0 {
		fmt.Fprintf(&text, " (status %d)", e.Status)
	}
	if e.Err != nil {
		fmt.Fprintf(&text, ": %v", e.Err)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&text, " after %d attempts", e.Attempts)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&text, " (request %s)", e.RequestID)
	}
	return text.String()
}

// Cause gives the kind and Alibaba's code, such as "denied (NoPermission)": words
// that are the same for every call that fails for the same reason.
func (e *Error) Cause() string {
	switch {
	case errors.Is(e.Err, credential.ErrMissing):
		return noCredentials
	case e.Code != "":
		return fmt.Sprintf("%s (%s)", e.Kind, e.Code)
	case e.Status != 0:
		return fmt.Sprintf("%s (HTTP %d)", e.Kind, e.Status)
	default:
		return e.Kind.String()
	}
}

const noCredentials = "no credentials"

// Cause says in a few fixed words why a call failed, whatever kind of error err is:
// for counting failures by their cause, and for people to act on. It holds nothing
// of the call itself.
func Cause(err error) string {
	if known, ok := errors.AsType[interface {
		error
		Cause() string
	}](err); ok {
		return known.Cause()
	}
	switch {
	case errors.Is(err, credential.ErrMissing):
		return noCredentials
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout.String()
	case errors.Is(err, context.Canceled):
		return "cancelled"
	default:
		return Unexpected.String()
	}
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
