package store

import (
	"context"
	"errors"
	"fmt"
)

// reset begins a new generation if the one there is has the damage that id names, unless
// another batch is written meanwhile. The rows stay as they are, and the head is kept in
// a row of its own.
func (t *table) reset(ctx context.Context, id string) error {
	if err := t.usable(ctx); err != nil {
		return err
	}
	return settling(ctx, func() error {
		rows, err := t.table.Get(ctx, []RowKey{t.headKey()})
		if err != nil {
			return fmt.Errorf("read the head: %w", err)
		}
		damaged, err := t.contains(ctx, rows[0], id)
		if err != nil || !damaged {
			return err
		}
		return t.beginAnew(ctx, rows[0], id)
	})
}

func (t *table) beginAnew(ctx context.Context, old Row, id string) error {
	err := t.putOlder(ctx, Row{RowKey: RowKey{t.prefix, "damaged-" + id}, Version: old.Version, Data: old.Data})
	if err != nil {
		return fmt.Errorf("keep the head of the damaged state: %w", err)
	}
	fresh := newHead(old.Version + 1)
	if err = t.writeHead(ctx, fresh); errors.Is(err, ErrNotNewer) {
		return errMoved
	}
	return err
}

// contains tells whether the state of this head has the damage that id names.
func (t *table) contains(ctx context.Context, headRow Row, id string) (bool, error) {
	h, err := t.decodeHead(headRow)
	if headRow.Version == 0 || err != nil {
		return isDamage(err, id), nil
	}
	for _, collection := range h.Collections {
		records, err := t.list(ctx, h, collection, false)
		if isDamage(err, id) {
			return true, nil
		}
		if _, other := errors.AsType[*DamagedError](err); err != nil && !other {
			return false, err
		}
		for _, r := range records {
			if fingerprint(r) == id {
				return true, nil
			}
		}
	}
	return false, nil
}

func isDamage(err error, id string) bool {
	damaged, ok := errors.AsType[*DamagedError](err)
	return ok && damaged.ID == id
}
