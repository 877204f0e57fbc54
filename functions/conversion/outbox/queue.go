package outbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"signalbox/shared/store"
)

// Add has reports wait, behind all others, and answers keys, all or nothing. The
// error is ErrFull, store.ErrConflict where a claim has ended, or the store's: then
// they may wait all the same.
func (o *Outbox) Add(ctx context.Context, entries []Entry, answers ...Answer) error {
	if err := o.add(ctx, entries, answers); err != nil {
		return fmt.Errorf("add %d reports to the outbox: %w", len(entries), err)
	}
	settle(answers)
	return nil
}

func (o *Outbox) add(ctx context.Context, entries []Entry, answers []Answer) error {
	select {
	case o.adding <- struct{}{}:
		defer func() { <-o.adding }()
	case <-ctx.Done():
		return ctx.Err()
	}
	e, err := o.ends(ctx)
	if err != nil {
		return err
	}
	if e.waiting()+len(entries) > o.config.Max {
		return ErrFull
	}
	return o.appendTo(ctx, o.answered(answers), entries)
}

// appendTo puts entries behind all others in one batch with b.
func (o *Outbox) appendTo(ctx context.Context, b store.Batch, entries []Entry) error {
	if len(entries) == 0 {
		return o.config.Store.Apply(ctx, b)
	}
	for n := range attempts {
		if err := pause(ctx, n); err != nil {
			return err
		}
		tail, before, err := o.end(ctx, "tail")
		if err != nil {
			return err
		}
		whole := store.Batch{If: append([]store.Record{before}, b.If...), Put: append([]store.Record{}, b.Put...)}
		for i, e := range entries {
			whole.Put = append(whole.Put, e.record(tail+uint64(i)))
		}
		whole.Put = append(whole.Put, endRecord("tail", tail+uint64(len(entries))))
		err = o.config.Store.Apply(ctx, whole)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		_, now, lookErr := o.end(ctx, "tail")
		if lookErr != nil {
			return lookErr
		}
		if bytes.Equal(now.Value, before.Value) {
			return err // it is not the tail that is another
		}
	}
	return errContended
}

func (e Entry) record(sequence uint64) store.Record {
	return store.Record{Collection: waitingCollection, Key: sequenceKey(sequence), Value: encode(e)}
}

// Tail returns the number of the next report to come.
func (o *Outbox) Tail(ctx context.Context) (uint64, error) {
	n, _, err := o.end(ctx, "tail")
	if err != nil {
		return 0, fmt.Errorf("read the outbox: %w", err)
	}
	return n, nil
}

// Oldest returns the reports that wait the longest, at most limit, of those with a
// number below tail. Only whoever has the lease of the run calls it, and then Settle
// with all of them.
func (o *Outbox) Oldest(ctx context.Context, tail uint64, limit int) (found []Entry, err error) {
	e, err := o.ends(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	for n := e.head; n < min(tail, e.tail) && len(found) < limit; n++ {
		value, err := o.config.Store.Get(ctx, waitingCollection, sequenceKey(n))
		if err != nil {
			return nil, fmt.Errorf("read the outbox: %w", err)
		}
		var entry Entry
		if json.Unmarshal(value, &entry) != nil {
			entry = Entry{Unreadable: append([]byte{}, value...)} // not nil, also where the record was lost
		}
		entry.Sequence = n
		found = append(found, entry)
	}
	return found, nil
}

// Since returns since when the first of the reports waits. Zero: none does, or its record
// cannot be read.
func (o *Outbox) Since(ctx context.Context) (time.Time, error) {
	first, err := o.Oldest(ctx, math.MaxUint64, 1)
	if err != nil || len(first) == 0 || first[0].Unreadable != nil {
		return time.Time{}, err
	}
	return time.UnixMilli(first[0].Accepted), nil
}

// Outcome is what became of an entry.
type Outcome struct {
	Entry
	// Status is Forwarded or Dead, or Accepted where the entry goes on waiting:
	// where it was, or behind all others.
	Status    Status
	Behind    bool
	RequestID string // of what was forwarded
	Reason    string // of a dead letter
}

// Settle writes what became of all that Oldest has returned, unless the lease was
// lost: then the error is store.ErrConflict. Those that wait where they were stay in
// their order and get the last of the numbers, so that no number is without a report.
func (o *Outbox) Settle(ctx context.Context, fence store.Record, outcomes []Outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	b := store.Batch{If: []store.Record{fence}}
	var behind, ahead []Entry
	for _, outcome := range outcomes {
		b.Put = append(b.Put, store.Record{Collection: waitingCollection, Key: sequenceKey(outcome.Sequence)})
		switch {
		case outcome.Status == Accepted && outcome.Behind:
			behind = append(behind, outcome.Entry)
		case outcome.Status == Accepted:
			ahead = append(ahead, outcome.Entry)
		default:
			more, err := o.settled(ctx, outcome)
			if err != nil {
				return fmt.Errorf("settle reports: %w", err)
			}
			b.Put = append(b.Put, more...)
		}
	}
	head := outcomes[len(outcomes)-1].Sequence + 1 - uint64(len(ahead))
	for i, e := range ahead {
		b.Put = append(b.Put, e.record(head+uint64(i)))
	}
	b.Put = append(b.Put, endRecord("head", head))
	if err := o.appendTo(ctx, b, behind); err != nil {
		return fmt.Errorf("settle reports: %w", err)
	}
	return nil
}

// settled returns what is to be written of one that no longer waits.
func (o *Outbox) settled(ctx context.Context, outcome Outcome) ([]store.Record, error) {
	put, err := o.became(ctx, outcome.Entry, Record{Status: outcome.Status, RequestID: outcome.RequestID, Reason: outcome.Reason})
	if outcome.Status == Dead {
		put = append(put, o.letter(outcome).record())
	}
	return put, err
}

// became returns the record of an entry's key as it is from now on, or none where it
// has no key, or one that is no longer known.
func (o *Outbox) became(ctx context.Context, e Entry, now Record) ([]store.Record, error) {
	if e.Key == "" {
		return nil, nil
	}
	r := keyRecord(e.Key)
	value, err := o.config.Store.Get(ctx, r.Collection, r.Key)
	if err != nil {
		return nil, err
	}
	known, ok := o.known(value)
	if !ok {
		return nil, nil
	}
	known.Status, known.RequestID, known.Reason = now.Status, now.RequestID, now.Reason
	known.Report, known.At = &e.Report, o.now().UnixMilli()
	r.Value = encode(known)
	return []store.Record{r}, nil
}
