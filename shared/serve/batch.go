package serve

import (
	"context"
	"encoding/json"
	"log/slog"

	"signalbox/shared/serve/event"
)

// batchAnswer names the messages that the queue is to deliver again. Without
// failures the list is empty and not null.
//
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
type batchAnswer struct {
	Failures []batchFailure `json:"batchItemFailures"`
}

type batchFailure struct {
	ID string `json:"itemIdentifier"`
}

func (s *service) batch(ctx context.Context, messages []event.Message) (json.RawMessage, error) {
	if s.Batch == nil {
		return nil, s.refuse(ctx, "messages for a function that has no queue")
	}
	var failed []string
	err := attempt(func() error {
		failed = s.Batch(ctx, messages)
		return nil
	})
	if err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelError, "batch failed",
			append(failure(err), slog.Int("messages", len(messages)))...)
		failed = ids(messages)
	}
	answer := batchAnswer{Failures: make([]batchFailure, len(failed))}
	for i, id := range failed {
		answer.Failures[i].ID = id
	}
	return json.Marshal(answer)
}

func ids(messages []event.Message) []string {
	all := make([]string, len(messages))
	for i, m := range messages {
		all[i] = m.ID
	}
	return all
}
