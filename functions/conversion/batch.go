package conversion

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"signalbox/shared/aliyun"
	"signalbox/shared/quota"
	"signalbox/shared/serve/event"
)

// Batch forwards the reports of a queue before it returns, several at once, counts its
// OTP events, and returns what became of each: those with an error are to be delivered again. A
// message that can never be forwarded is among them: the queue's own
// dead-letter queue keeps it for a person to look at.
//
// A report without a time is of the time at which its message was sent, so that
// a message that is delivered again says the same again.
func (f *Function) Batch(ctx context.Context, b event.Batch) []event.Result {
	results := f.each(ctx, b)
	f.logNotTried(ctx, results)
	return results
}

func (f *Function) forwardMessage(ctx context.Context, m event.Message) error {
	_, err := f.forward(ctx, m.Body, m.Sent)
	return judge(err)
}

// judge marks the error of a message for which no call was made: for the circuit
// breaker, after which no other message of the batch could be tried either, or
// for the quota.
func judge(err error) error {
	if failure, ok := errors.AsType[*aliyun.Error](err); ok && failure.Kind == aliyun.Broken && failure.Attempts == 0 {
		return fmt.Errorf("%w: %w", event.ErrStop, err)
	}
	if _, ok := errors.AsType[*quota.ExhaustedError](err); ok {
		return fmt.Errorf("%w: %w", event.ErrNotTried, err)
	}
	return err
}

func (f *Function) logFailed(ctx context.Context, results []event.Result) {
	for _, r := range results {
		if r.Err != nil && !r.NotTried() {
			f.config.Logger.ErrorContext(ctx, "message not forwarded",
				slog.String("message_id", r.ID), slog.String("error", r.Err.Error()))
		}
	}
}

// logNotTried writes one line for all: most have the same reason, the first one's.
func (f *Function) logNotTried(ctx context.Context, results []event.Result) {
	var ids []string
	var reason error
	for _, r := range results {
		if r.NotTried() {
			ids = append(ids, r.ID)
			reason = cmp.Or(reason, r.Err)
		}
	}
	if reason != nil {
		f.config.Logger.WarnContext(ctx, "messages not tried",
			slog.Any("message_ids", ids), slog.String("error", reason.Error()))
	}
}
