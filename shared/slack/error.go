package slack

import (
	"fmt"
	"strings"
	"time"
)

// Kind says what a failed call means for the caller. The zero Kind is none of
// them.
type Kind string

const (
	// KindConfig means that the webhook, the token or the channel cannot be
	// used, for no message: stop posting and notify the operator.
	KindConfig Kind = "config"
	// KindLost means that the message which was to be updated, replied to or
	// given a file does not exist or takes nothing more. The content was not
	// delivered; Post may deliver it as a message of its own.
	KindLost Kind = "lost"
	// KindRejected means that Slack, or Check, will never take this content:
	// drop and count it. Others are not affected.
	KindRejected Kind = "rejected"
	// KindUnknown means that Slack refused this content with a word or status
	// that this package does not know. Others are not affected; the same call
	// may be tried a few times more, and then no longer.
	KindUnknown Kind = "unknown"
	// KindRateLimited means that ctx ends before the request may be sent: keep
	// the message and post it later, not before NotBefore.
	KindRateLimited Kind = "rate_limited"
	// KindUnavailable means that Slack could not be reached or failed: keep the
	// message and post it later, and see Uncertain.
	KindUnavailable Kind = "unavailable"
)

// Error is a call that Slack did not confirm. It never holds a webhook's URL or
// a token.
type Error struct {
	Kind Kind
	// Status is the HTTP status of the last answer, 0 where there was none.
	Status int
	// Reason is Slack's own word, such as "no_service", where it gave one.
	Reason string
	// RetryAfter is the time until the next request may be sent, 0 where that
	// is now or there is no use in one. NotBefore is the same as a time, to be
	// remembered; it is zero where RetryAfter is 0. A hostile wait is cut to an
	// hour.
	RetryAfter time.Duration
	NotBefore  time.Time
	// Attempts counts the requests sent, 0 where none was.
	Attempts int
	// Uncertain means that the last request was, or may have been, written and
	// that no answer says what became of it: Slack may have taken it. The call
	// did not send it again. Bot.Find looks for the message.
	Uncertain bool

	operation operation
	cause     error // ctx's error, or nil
}

// Error says what was attempted and what became of it.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.operation.attempted(), e.Reason)
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
		b.WriteString(", slack may have taken it")
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	return b.String()
}

// Unwrap returns ctx's error where that ended the call. Transport errors are
// not wrapped, for they carry the URL.
func (e *Error) Unwrap() error { return e.cause }

// wait sets when the next request may be sent.
func (e *Error) wait(now time.Time, d time.Duration) {
	e.RetryAfter, e.NotBefore = d, now.Add(d)
}

// rejected and lost are failures of calls that are not made at all.
func (o operation) rejected(reason string) *Error {
	return &Error{Kind: KindRejected, Reason: reason, operation: o}
}

func (o operation) lost(reason string) *Error {
	return &Error{Kind: KindLost, Reason: reason, operation: o}
}
