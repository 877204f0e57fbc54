package conversion

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"signalbox/functions/conversion/intake"
	"signalbox/functions/conversion/ledger"
	"signalbox/shared/serve/event"
)

// otpMessage is a message of OTP events, and where it is in its batch.
type otpMessage struct {
	index int
	id    string
	batch intake.Batch
}

// each counts the OTP events of a batch and forwards its reports.
func (f *Function) each(ctx context.Context, b event.Batch) []event.Result {
	otps, reports, indexes := f.otpMessages(b)
	results := make([]event.Result, len(b.Messages))
	for i, m := range b.Messages {
		results[i].Message = m
	}
	for i, err := range f.countMessages(ctx, otps) {
		results[otps[i].index].Err = err
	}
	forwarded := reports.Each(ctx, f.config.Timeout, f.forwardMessage)
	f.logFailed(ctx, forwarded)
	for i, r := range forwarded {
		results[indexes[i]] = r
	}
	return results
}

// otpMessages takes the messages that hold OTP events out of a batch, which are those
// that [intake.Batch.HasOTPEvents]. The rest, among it what cannot be taken apart, are
// reports, whose indexes are returned with them.
func (f *Function) otpMessages(b event.Batch) (otps []otpMessage, reports event.Batch, indexes []int) {
	reports.Whole = b.Whole
	for i, m := range b.Messages {
		timed := m
		timed.Sent = f.plausible(m.Sent)
		batch, err := intake.DecodeMessage(timed, otpBounds)
		if err == nil && batch.HasOTPEvents() {
			otps = append(otps, otpMessage{i, m.ID, batch})
			continue
		}
		reports.Messages, indexes = append(reports.Messages, m), append(indexes, i)
	}
	return otps, reports, indexes
}

// plausible returns when a message was sent. That a queue's clock is wrong is no fault
// of the event: it is of now then.
func (f *Function) plausible(sent time.Time) time.Time {
	if sent.After(f.config.Now()) || sent.Year() < 2000 {
		return time.Time{}
	}
	return sent
}

// countMessages counts the events of messages, and returns an error for each of which
// one was refused: the others of it are counted all the same, and it is of no matter
// that they come again with it. What the store cannot take was not tried.
func (f *Function) countMessages(ctx context.Context, messages []otpMessage) []error {
	ctx, cancel := context.WithTimeout(ctx, f.otpTime(ctx))
	defer cancel()
	errs := make([]error, len(messages))
	var broken error
	for start := 0; start < len(messages); {
		end := chunk(messages, start)
		part := messages[start:end]
		if broken == nil {
			broken = f.countPart(ctx, part, errs[start:end])
		}
		if broken != nil {
			fill(errs[start:end], notStored(broken))
		}
		start = end
	}
	for i, m := range messages {
		if refused, ok := errors.AsType[*refusedError](errs[i]); ok {
			f.config.Logger.ErrorContext(ctx, "OTP events refused",
				slog.String("message_id", m.id), slog.String("error", refused.Error()))
		}
	}
	return errs
}

// otpTime leaves half of the time to the reports of the batch.
func (f *Function) otpTime(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(f.config.Timeout, time.Until(deadline)/2)
	}
	return f.config.Timeout
}

// chunk returns the end of the messages from start on that are counted at once: as
// many events as a request may have, and one message at least.
func chunk(messages []otpMessage, start int) int {
	events, end := len(messages[start].batch.Items), start+1
	for end < len(messages) && events+len(messages[end].batch.Items) <= otpBounds.Items {
		events += len(messages[end].batch.Items)
		end++
	}
	return end
}

// countPart counts the events of messages at once. Where the store is damaged, so that
// the events of one message may keep it from taking the others, each is counted alone.
func (f *Function) countPart(ctx context.Context, part []otpMessage, errs []error) error {
	if f.config.Ledger == nil {
		return noLedger()
	}
	batches := make([]intake.Batch, len(part))
	for i, m := range part {
		batches[i] = m.batch
	}
	answers, err := f.count(ctx, batches...)
	if ledger.IsDamage(err) && len(part) > 1 {
		return f.countEach(ctx, part, errs)
	}
	for i, answer := range answers {
		errs[i] = answer.err()
	}
	return err
}

func (f *Function) countEach(ctx context.Context, part []otpMessage, errs []error) error {
	for i := range part {
		err := f.countPart(ctx, part[i:i+1], errs[i:i+1])
		if err != nil && !ledger.IsDamage(err) {
			return err
		}
		if err != nil {
			errs[i] = notStored(err)
		}
	}
	return nil
}

func notStored(err error) error {
	return fmt.Errorf("%w: count OTP events: %w", event.ErrNotTried, err)
}

// fill gives err to those that have none.
func fill(errs []error, err error) {
	for i := range errs {
		if errs[i] == nil {
			errs[i] = err
		}
	}
}

// refusedError says why events of a message were refused.
type refusedError struct{ counted }

// Error names the first few: a message may have thousands.
func (e *refusedError) Error() string {
	const few = 3
	var text strings.Builder
	fmt.Fprintf(&text, "%d of %d OTP events refused", e.Refused, e.Accepted+e.Duplicate+e.Late+e.Refused)
	for i, p := range e.Problems[:min(few, len(e.Problems))] {
		fmt.Fprintf(&text, "%c event %d: %s: %s", ":;"[min(i, 1)], p.Index, p.Field, p.Detail)
	}
	return text.String()
}

func (c *counted) err() error {
	if c.Refused == 0 {
		return nil
	}
	return &refusedError{*c}
}
