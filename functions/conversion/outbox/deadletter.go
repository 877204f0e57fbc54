package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

// DeadLetter is a report that will not be forwarded, unless somebody asks for it.
type DeadLetter struct {
	ID     string `json:"-"`
	Entry  Entry  `json:"entry"`
	Reason string `json:"reason"`
	// Died is when, in Unix milliseconds.
	Died int64 `json:"died"`
	// Unreadable is what was found where nothing is known of the report.
	Unreadable []byte `json:"unreadable,omitempty"`
}

// letter is the dead letter of an outcome. Its id is the same however often it is
// written.
func (o *Outbox) letter(outcome Outcome) DeadLetter {
	id := "report-" + sequenceKey(outcome.Sequence)
	if outcome.Window != nil {
		id = windowLetter(*outcome.Window)
	}
	return DeadLetter{
		ID: id, Entry: outcome.Entry, Reason: outcome.Reason, Died: o.now().UnixMilli(), Unreadable: outcome.Unreadable,
	}
}

func windowLetter(s window.Span) string { return fmt.Sprintf("window-%d-%d", s.Start, s.Seconds) }

func (d DeadLetter) record() store.Record {
	return store.Record{Collection: deadCollection, Key: d.ID, Value: encode(d)}
}

// Bury writes the dead letter of a report that does not wait, and answers keys. A
// window's has its window, any other a key.
func (o *Outbox) Bury(ctx context.Context, outcome Outcome, answers ...Answer) error {
	d := o.letter(outcome)
	if outcome.Window == nil {
		d.ID = "report-" + keyRecord(outcome.Key).Key
	}
	b := o.answered(answers)
	b.Put = append(b.Put, d.record())
	if err := o.config.Store.Apply(ctx, b); err != nil {
		return fmt.Errorf("write a dead letter: %w", err)
	}
	settle(answers)
	return nil
}

// DeadLetters returns all dead letters, the oldest first.
func (o *Outbox) DeadLetters(ctx context.Context) ([]DeadLetter, error) {
	records, err := o.config.Store.List(ctx, deadCollection)
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	letters := make([]DeadLetter, len(records))
	for i, r := range records {
		letters[i] = decodeLetter(r)
	}
	slices.SortStableFunc(letters, func(a, b DeadLetter) int { return int(a.Died - b.Died) })
	return letters, nil
}

func decodeLetter(r store.Record) (d DeadLetter) {
	if json.Unmarshal(r.Value, &d) != nil {
		d = DeadLetter{Unreadable: r.Value, Reason: "the dead letter itself cannot be read"}
	}
	d.ID = r.Key
	return d
}

// ErrUnreadable says that nothing is known of a dead letter's report.
var ErrUnreadable = errors.New("the report cannot be read")

// Retry has a dead letter's report wait again as if it had just come. The error is
// ErrNotFound, ErrUnreadable, ErrFull or the store's.
func (o *Outbox) Retry(ctx context.Context, id string) error {
	if err := o.retry(ctx, id); err != nil {
		return fmt.Errorf("retry a dead letter: %w", err)
	}
	return nil
}

func (o *Outbox) retry(ctx context.Context, id string) error {
	r := store.Record{Collection: deadCollection, Key: id}
	var err error
	if r.Value, err = o.config.Store.Get(ctx, r.Collection, r.Key); err != nil {
		return err
	}
	if r.Value == nil {
		return ErrNotFound
	}
	d := decodeLetter(r)
	if d.Unreadable != nil {
		return ErrUnreadable
	}
	switch n, err := o.Waiting(ctx); {
	case err != nil:
		return err
	case n >= o.config.Max:
		return ErrFull
	}
	d.Entry.Accepted = o.now().UnixMilli()
	b := store.Batch{If: []store.Record{r}, Put: []store.Record{{Collection: r.Collection, Key: r.Key}}}
	known, err := o.became(ctx, d.Entry, Record{Status: Accepted})
	if err != nil {
		return err
	}
	b.Put = append(b.Put, known...)
	if err := o.appendTo(ctx, b, []Entry{d.Entry}); !errors.Is(err, store.ErrConflict) {
		return err
	}
	return ErrNotFound // somebody else was faster
}
