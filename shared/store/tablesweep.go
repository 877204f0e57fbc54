package store

import (
	"context"
	"strings"
	"time"
)

const (
	// tombstoneAge is how old a tombstone is that may be removed: much older than any
	// writer copies rows, see copyTime.
	tombstoneAge = time.Hour
	// maxGarbage bounds what is remembered, and sweepRows what one batch deletes of it.
	maxGarbage = 5000
	sweepRows  = 100
	// sweepEvery is how often journals are looked for that their writers could not drop.
	sweepEvery = time.Hour
)

// remember keeps rows that nobody needs, until the next batch deletes some.
func (t *table) remember(rows []Row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range rows {
		if len(t.garbage) >= maxGarbage {
			return
		}
		t.garbage[r.RowKey] = r.Version
	}
}

// sweep deletes some rows that nobody needs. What fails is found again by a later list.
func (t *table) sweep(ctx context.Context, h head) {
	rows := t.someGarbage()
	if err := t.deleteRows(ctx, rows); err != nil {
		return
	}
	if t.sweepDue() {
		t.sweepJournals(ctx, h)
	}
}

func (t *table) someGarbage() []Row {
	t.mu.Lock()
	defer t.mu.Unlock()
	var rows []Row
	for key, version := range t.garbage {
		if len(rows) == sweepRows {
			break
		}
		rows = append(rows, Row{RowKey: key, Version: version})
		delete(t.garbage, key)
	}
	return rows
}

func (t *table) sweepDue() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.swept) < sweepEvery {
		return false
	}
	t.swept = time.Now()
	return true
}

// sweepJournals deletes chunks of journals that no head can name any more: those of
// batches up to h's number, whose own has just been copied.
func (t *table) sweepJournals(ctx context.Context, h head) {
	rows, _, err := t.table.List(ctx, t.journals(h), "")
	if err != nil {
		return
	}
	var old []Row
	for _, r := range rows {
		if strings.Compare(r.Sort, journalMark(h.Number+1)) < 0 {
			old = append(old, r)
		}
	}
	_ = t.deleteRows(ctx, old[:min(len(old), sweepRows)]) // the next one finds them
}
