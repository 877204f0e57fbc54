package conversion

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"

	"signalbox/functions/conversion/intake"
	"signalbox/functions/conversion/outbox"
	"signalbox/shared/aliyun"
	"signalbox/shared/quota"
	"signalbox/shared/serve/event"
)

// Batch forwards the reports of a queue before it returns, several at once, counts
// its OTP events, and returns what became of each message: those with an error are to
// be delivered again. A message that can never be forwarded is among them: the queue's
// own dead-letter queue keeps it for a person to look at.
//
// A report without a time is of the time at which its message was sent, so that
// a message that is delivered again says the same again. With a store it is then not
// forwarded again, and what Alibaba cannot take now waits in the outbox.
func (f *Function) Batch(ctx context.Context, b event.Batch) []event.Result {
	sending, cancel := f.sendingTime(ctx)
	defer cancel()
	results := f.each(quota.InBackground(sending), b)
	f.logNotTried(ctx, results)
	return results
}

// sendingTime leaves time for what is written of the last messages.
func (f *Function) sendingTime(ctx context.Context) (context.Context, context.CancelFunc) {
	if f.outbox == nil {
		return context.WithCancel(ctx)
	}
	return beforeDeadline(ctx)
}

// forwardMessage forwards each report of a message. One that is wrong fails the
// message, and keeps no other of it from being forwarded.
func (f *Function) forwardMessage(ctx context.Context, m event.Message) error {
	batch, err := intake.DecodeMessage(m, bounds)
	if err != nil {
		return err
	}
	var errs []error
	for n, i := range batch.Items {
		one := f.read(i)
		if one.key == "" {
			one.key, one.hash = messageKey(m, n), ""
		}
		if one.problem != nil {
			errs = append(errs, one.problem)
			continue
		}
		err := f.forwardQueued(ctx, one)
		errs = append(errs, err)
		if errors.Is(err, event.ErrNotTried) {
			break
		}
	}
	return errors.Join(errs...)
}

// messageKey names a report of a message: each delivery of it has the same.
func messageKey(m event.Message, n int) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%d %q %d ", n, m.ID, m.Sent.UnixMilli())
	sum.Write(m.Body)
	return "message " + hex.EncodeToString(sum.Sum(nil))
}

// forwardQueued forwards a report of a queue, or has it wait.
func (f *Function) forwardQueued(ctx context.Context, i item) error {
	if f.outbox == nil {
		_, err := f.forward(ctx, i.report)
		return judge(err)
	}
	claim, earlier, err := f.begin(ctx, i)
	switch {
	case earlier != nil && err == nil:
		return nil // it has come before
	case earlier != nil:
		return inFlight(err)
	case err != nil: // without the store it is forwarded, and if need be once more
		f.config.Logger.WarnContext(ctx, "report not remembered", slog.String("error", err.Error()))
		_, err := f.forward(ctx, i.report)
		return judge(err)
	}
	answer, err := f.forward(ctx, i.report)
	if err != nil {
		err = f.keep(ctx, i, claim, err)
	}
	f.end(ctx, claim, answer, err)
	return judge(err)
}

// begin claims an item's key. A store that does not answer must not use up the time
// in which the item can be forwarded.
func (f *Function) begin(ctx context.Context, i item) (*outbox.Claim, *outbox.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return f.outbox.Begin(ctx, i.key, i.hash)
}

// inFlight has a message delivered again that another delivery is being worked on.
func inFlight(err error) error {
	if _, ok := errors.AsType[*outbox.InFlightError](err); ok {
		return fmt.Errorf("%w: %w", event.ErrNotTried, err)
	}
	return err
}

// keep has a report wait that Alibaba cannot take now, or makes it a dead letter
// where it never will. It returns nil where that was written.
func (f *Function) keep(ctx context.Context, i item, c *outbox.Claim, failure error) error {
	ctx, cancel := afterwards(ctx)
	defer cancel()
	if refusedForGood(failure) {
		return f.refuse(ctx, i, c, failure)
	}
	record, err := accepted(i.report, c.Key)
	if err == nil {
		err = f.add(ctx, []outbox.Entry{f.entry(i.report, c.Key)}, outbox.Answer{Claim: c, Record: record})
	}
	if err != nil {
		return errors.Join(failure, err)
	}
	return nil
}

// refuse makes a report a dead letter. What comes with its key again is answered why.
func (f *Function) refuse(ctx context.Context, i item, c *outbox.Claim, failure error) error {
	problem := problemOf(failure)
	answer, err := problem.MarshalJSON()
	if err != nil {
		return errors.Join(failure, err)
	}
	record := outbox.Record{
		Status: outbox.Dead, Code: problem.Status, Answer: answer, Report: &i.report, Reason: aliyun.Cause(failure),
	}
	outcome := outbox.Outcome{Entry: f.entry(i.report, c.Key), Status: outbox.Dead, Reason: record.Reason}
	if err := f.outbox.Bury(ctx, outcome, outbox.Answer{Claim: c, Record: record}); err != nil {
		return errors.Join(failure, err)
	}
	f.noteDead(ctx, outcome)
	return nil
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
