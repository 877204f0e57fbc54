package slack

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Kind says what a failed delivery means for the caller. The zero Kind is none
// of them.
type Kind string

const (
	// KindConfig means that the webhook, the token or the channel is gone, or
	// may not be used for this: stop posting and tell the operator.
	KindConfig Kind = "config"
	// KindRejected means that Slack, or Check, will never take this message:
	// drop and count it.
	KindRejected Kind = "rejected"
	// KindRateLimited means that ctx ended before the message's turn came:
	// keep it and post it later, not before RetryAfter.
	KindRateLimited Kind = "rate_limited"
	// KindUnavailable means that Slack could not be reached or failed, after
	// all attempts: keep the message and post it later.
	KindUnavailable Kind = "unavailable"
)

// Error is a delivery that Slack did not confirm. It never holds a webhook's URL
// or a token.
type Error struct {
	Kind Kind
	// Status is the HTTP status of the last answer, 0 where there was none.
	Status int
	// Reason is Slack's own word, such as "no_service", where it gave one.
	Reason string
	// RetryAfter is the time until the next request may be sent, 0 where that
	// is now or there is no use in one.
	RetryAfter time.Duration
	// Attempts counts the requests sent, 0 where none was.
	Attempts int

	cause error // ctx's error, or nil
}

// Error says what happened to the message.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "post to slack: %s", e.Reason)
	if e.Status != 0 {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " after %d attempts", e.Attempts)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", retry after %s", e.RetryAfter)
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	return b.String()
}

// Unwrap returns ctx's error where that ended the delivery. Transport errors
// are not wrapped, for they carry the URL.
func (e *Error) Unwrap() error { return e.cause }

// orNil returns e as an error that is nil where e is: a nil *Error in an error
// would not be.
func (e *Error) orNil() error {
	if e == nil {
		return nil
	}
	return e
}

func rejected(reason string) *Error {
	return &Error{Kind: KindRejected, Reason: reason}
}

// classify returns the kind of an answer that is not Slack's "ok". Slack's word
// goes before the status, which differs between sources for the same word.
//
// See https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors
// and https://docs.slack.dev/reference/methods/chat.postMessage/#errors.
func classify(status int, reason string) Kind {
	if kind := kindOfReason(reason); kind != "" {
		return kind
	}
	switch {
	case status == http.StatusTooManyRequests:
		return KindRateLimited
	case status >= 500, status == http.StatusRequestTimeout:
		return KindUnavailable
	case status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge:
		return KindRejected
	default: // a redirect, 403, 404, 410, or 200 with a new word or from something that is not Slack
		return KindConfig
	}
}

func kindOfReason(reason string) Kind {
	switch reason {
	case "invalid_payload", "invalid_blocks", "invalid_blocks_format", "invalid_attachments",
		"msg_blocks_too_long", "msg_too_long", "no_text", "too_many_attachments", "user_not_found",
		"invalid_arguments", "invalid_form_data", "invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large":
		return KindRejected
	case "action_prohibited", "invalid_token", "posting_to_general_channel_denied", "channel_not_found",
		"channel_is_archived", "no_service", "no_service_id", "no_team", "no_active_hooks", "team_disabled",
		"not_authed", "invalid_auth", "token_revoked", "token_expired", "account_inactive", "missing_scope",
		"not_in_channel", "is_archived", "restricted_action":
		return KindConfig
	case "rate_limited", "ratelimited":
		return KindRateLimited
	case "rollup_error", "internal_error", "fatal_error", "service_unavailable", "request_timeout":
		return KindUnavailable
	}
	if isLost(reason) {
		return KindRejected
	}
	return ""
}

// isLost reports whether the message that a request was about is gone or closed,
// which no other form of the request can help.
func isLost(reason string) bool {
	switch reason {
	case "message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found", "cannot_reply_to_message":
		return true
	}
	return false
}
