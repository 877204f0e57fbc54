package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"

	"signalbox/shared/logging"
	"signalbox/shared/serve/event"
)

// batchAnswer names the messages that the queue is to deliver again: those that
// failed, and then those that were not tried. Without any the list is empty
// and not null.
//
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
type batchAnswer struct {
	Failures []batchFailure `json:"batchItemFailures"`
}

type batchFailure struct {
	ID string `json:"itemIdentifier"`
}

// BatchError tells a platform that takes a batch back as a whole or not at all
// that not all of it is done. The name of this type is the errorType that alarms
// see.
type BatchError struct {
	Messages int // of the batch
	Failed   int
	NotTried int
	// RequestID finds the causes in the log.
	RequestID string
}

// Error says how much is not done.
func (e *BatchError) Error() string {
	return fmt.Sprintf("of %d messages %d failed and %d were not tried: the log of request %s has the causes",
		e.Messages, e.Failed, e.NotTried, e.RequestID)
}

// batch works on messages, until the process is to end.
func (s *service) batch(ctx context.Context, b event.Batch) (json.RawMessage, error) {
	if s.Batch == nil {
		return nil, s.refuse(ctx, "messages for a function that has no queue")
	}
	ctx, cancel := s.untilStopping(ctx)
	defer cancel()
	var failed, notTried []string
	err := attempt(func() error {
		failed, notTried = returned(s.Batch(ctx, b))
		return nil
	})
	if err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelError, "batch failed",
			append(failure(err), slog.Int("messages", len(b.Messages)))...)
		failed = ids(b.Messages)
	}
	back := slices.Concat(failed, notTried)
	if b.Whole && len(back) > 0 {
		return nil, &BatchError{
			Messages: len(b.Messages), Failed: len(failed), NotTried: len(notTried), RequestID: logging.RequestID(ctx),
		}
	}
	answer := batchAnswer{Failures: make([]batchFailure, len(back))}
	for i, id := range back {
		answer.Failures[i].ID = id
	}
	return json.Marshal(answer)
}

// returned lists the ids of the messages that are to be delivered again.
func returned(results []event.Result) (failed, notTried []string) {
	for _, r := range results {
		switch {
		case r.Err == nil:
		case r.NotTried():
			notTried = append(notTried, r.ID)
		default:
			failed = append(failed, r.ID)
		}
	}
	return failed, notTried
}

func ids(messages []event.Message) []string {
	all := make([]string, len(messages))
	for i, m := range messages {
		all[i] = m.ID
	}
	return all
}
