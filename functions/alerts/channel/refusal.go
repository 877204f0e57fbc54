package channel

import (
	"errors"
	"fmt"
	"strings"

	"signalbox/shared/slack"
)

// insist sends m, and where Slack will never take it, its first line alone: that
// says how much there is to tell. Where Slack does not take that either, there is
// nothing left to try, and m counts as sent. What was refused is returned as
// refused, an error that leaves m for later as err.
func insist(m slack.Message, send func(slack.Message) error) (refused, err error) {
	err = send(m)
	if !isKind(err, slack.KindRejected) {
		return nil, err
	}
	refused = fmt.Errorf("message %s was not shown as a whole: %w", m.ID, err)
	title, _, _ := strings.Cut(m.Text, "\n")
	err = send(slack.Message{ID: m.ID, Text: title})
	if isKind(err, slack.KindRejected) {
		return errors.Join(refused, err), nil
	}
	return refused, err
}

func isKind(err error, kind slack.Kind) bool {
	failure, ok := errors.AsType[*slack.Error](err)
	return ok && failure.Kind == kind
}

// isLost reports whether the message that a reply was for is gone.
func isLost(err error) bool {
	failure, ok := errors.AsType[*slack.Error](err)
	return ok && (failure.Reason == "thread_not_found" || failure.Reason == "cannot_reply_to_message")
}
