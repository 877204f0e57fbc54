package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// Apply writes b, see [Store].
func (t *table) Apply(ctx context.Context, b Batch) error {
	if err := t.usable(ctx); err != nil {
		return err
	}
	puts := ordered(b.Put)
	if err := t.fits(puts); err != nil {
		return err
	}
	select {
	case t.busy <- struct{}{}:
		defer func() { <-t.busy }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return settling(ctx, func() error { return t.applyOnce(ctx, b.If, puts) })
}

// fits refuses a batch that is too large, rather than that it is written in part.
func (t *table) fits(puts []Record) error {
	size := 0
	for _, r := range puts {
		size += len(r.Collection) + len(r.Key) + len(r.Value)
	}
	if size > t.limits.batch {
		return fmt.Errorf("a batch of %d bytes, at most %d in a table", size, t.limits.batch)
	}
	return nil
}

// applyOnce is one attempt: errMoved where another writer was faster.
func (t *table) applyOnce(ctx context.Context, conditions, puts []Record) error {
	h, err := t.settle(ctx)
	if err != nil {
		return err
	}
	found, err := t.values(ctx, h, conditions)
	if err != nil {
		return err
	}
	for i, r := range conditions {
		if !same(found[i].Value, r.Value) {
			return fmt.Errorf("in %s: %w", r.Collection, ErrConflict)
		}
	}
	if len(puts) > 0 {
		return t.commit(ctx, h, puts)
	}
	now, err := t.readHead(ctx)
	if err == nil && !now.same(h) {
		err = errMoved // the conditions may have held at different times
	}
	return err
}

// commit writes the batch after h. From the one write of the head on it is written,
// whatever comes after.
func (t *table) commit(ctx context.Context, h head, puts []Record) error {
	next := h.committing(rand.Text(), puts)
	j, err := t.keepJournal(ctx, next, puts)
	if err != nil {
		return err
	}
	next.Journal = j
	switch err = t.writeHead(ctx, next); {
	case errors.Is(err, ErrNotNewer):
		if err := t.find(ctx, next); err != nil {
			t.dropJournal(ctx, next, j)
			return err
		}
	case err != nil:
		return fmt.Errorf("write the head: %w", err)
	}
	t.keep(j.ID, puts)
	if t.finish(ctx, next, puts, false) == nil { // or else whoever comes next does
		t.sweep(ctx, next)
	}
	return nil
}

// find tells why the head could not be written: nil where an earlier attempt, whose
// answer was lost, has written it.
func (t *table) find(ctx context.Context, next head) error {
	now, err := t.readHead(ctx)
	if err != nil {
		return err
	}
	ours, err := now.has(next)
	if err == nil && !ours {
		err = errMoved
	}
	return err
}

const (
	// manyRecords is how many are better copied by the one who wrote them: others wait
	// for that as long as yieldTime, and look every yieldPoll.
	manyRecords = 25
	yieldTime   = 3 * time.Second
	yieldPoll   = 150 * time.Millisecond
)

// settle returns the head once all records are in their rows.
func (t *table) settle(ctx context.Context) (head, error) {
	h, err := t.readHead(ctx)
	began := time.Now()
	for version := h.version; err == nil && h.Journal != nil; {
		if h.Journal.Records > manyRecords && h.version == version && time.Since(began) < yieldTime {
			if err = pause(ctx, yieldPoll); err == nil {
				h, err = t.readHead(ctx)
			}
			continue
		}
		var records []Record
		if records, err = t.journalled(ctx, h); err != nil {
			break
		}
		if err = t.finish(ctx, h, records, true); err == nil {
			h, err = t.readHead(ctx)
		}
	}
	return h, err
}

// finish copies the records of h's journal to their rows and ends the journal. If others
// may have begun to, those that they have copied are left out.
func (t *table) finish(ctx context.Context, h head, records []Record, begun bool) error {
	if err := t.copy(ctx, h, records, begun); err != nil {
		return fmt.Errorf("copy the journal of the last batch: %w", err)
	}
	if err := t.writeHead(ctx, h.settled()); err != nil && !errors.Is(err, ErrNotNewer) {
		return fmt.Errorf("end the journal of the last batch: %w", err)
	}
	t.dropJournal(ctx, h, h.Journal)
	t.forget(h.Journal.ID)
	return nil
}

// copyTime is how long after it asked for the head a process may copy by it, by the clock
// on the wall: a platform may stop it for hours. A row that is written when its batch is
// long over could bring back a record whose tombstone was removed.
const copyTime = 20 * time.Minute

var errSlow = errors.New("it took too long, or the process was stopped meanwhile")

func (t *table) copy(ctx context.Context, h head, records []Record, begun bool) error {
	if begun {
		var err error
		if records, err = t.uncopied(ctx, h, records); err != nil {
			return err
		}
	}
	return each(ctx, records, func(ctx context.Context, r Record) error {
		for _, row := range t.rows(h, r) { // the one of the record after its parts
			if time.Since(h.asked) > copyTime {
				return errSlow
			}
			if err := t.putOlder(ctx, row); err != nil {
				return err
			}
		}
		return nil
	})
}

// uncopied are the records whose rows are of an earlier batch.
func (t *table) uncopied(ctx context.Context, h head, records []Record) ([]Record, error) {
	keys := make([]RowKey, len(records))
	for i, r := range records {
		keys[i] = t.rowKey(h, r.Collection, r.Key)
	}
	rows, err := t.getRows(ctx, keys)
	if err != nil {
		return nil, err
	}
	var rest []Record
	for i, r := range records {
		if rows[i].Version < h.Number {
			rest = append(rest, r)
		}
	}
	return rest, nil
}
