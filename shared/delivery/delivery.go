// Package delivery says what became of a message that a receiver did not confirm, in
// the kinds that whoever sends it has to tell apart. It is pure, and knows no receiver.
package delivery

import (
	"fmt"
	"strings"
	"time"
)

// Kind says what a failed call means for the caller. The zero Kind is none of
// them.
type Kind string

const (
	// KindConfig means that the address, the token or the channel cannot be
	// used, for no message: stop posting and notify the operator.
	KindConfig Kind = "config"
	// KindLost means that the message which was to be updated, replied to or
	// given a file does not exist or takes nothing more. The content was not
	// delivered; as a message of its own it may be.
	KindLost Kind = "lost"
	// KindRejected means that the receiver will never take this content: drop and
	// count it. Others are not affected.
	KindRejected Kind = "rejected"
	// KindUnknown means that the receiver refused this content with a word or status
	// that nobody knows. Others are not affected; the same call may be tried a few
	// times more, and then no longer.
	KindUnknown Kind = "unknown"
	// KindRateLimited means that ctx ends before the request may be sent: keep
	// the message and post it later, not before NotBefore.
	KindRateLimited Kind = "rate_limited"
	// KindUnavailable means that the receiver could not be reached or failed: keep
	// the message and post it later, and see Uncertain.
	KindUnavailable Kind = "unavailable"
)

// Error is a call that the receiver did not confirm. It never holds an address or a
// secret.
type Error struct {
	Kind Kind
	// Attempted says what was to be done, such as "post to slack".
	Attempted string
	// Status is the HTTP status of the last answer, 0 where there was none.
	Status int
	// Reason is the receiver's own word, such as "no_service", where it gave one.
	Reason string
	// RetryAfter is the time until the next request may be sent, 0 where that
	// is now or there is no use in one. NotBefore is the same as a time, to be
	// remembered; it is zero where RetryAfter is 0.
	RetryAfter time.Duration
	NotBefore  time.Time
	// Attempts counts the requests sent, 0 where none was.
	Attempts int
	// Uncertain means that the last request was, or may have been, written and
	// that no answer says what became of it: the receiver may have taken it. The
	// call did not send it again.
	Uncertain bool
	// Cause is ctx's error where that ended the call, or nil. Errors of the transport
	// are none, for they carry the address.
	Cause error
}

// Error says what was attempted and what became of it.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Attempted, e.Reason)
	if e.Status != 0 {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " after %d attempts", e.Attempts)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", retry after %s", e.RetryAfter)
	}
	if e.Uncertain {
		b.WriteString(", it may have arrived")
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap returns Cause.
func (e *Error) Unwrap() error { return e.Cause }

// Wait sets when the next request may be sent.
func (e *Error) Wait(now time.Time, d time.Duration) {
	e.RetryAfter, e.NotBefore = d, now.Add(d)
}
