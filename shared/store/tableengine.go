package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// table keeps each record in a row of a [Table], for all instances that use the same
// table and prefix.
//
// A batch is written by one write of one row, the head, that requires the batch before
// to be the one that the writer has compared the conditions with. The head then names a
// journal of the records, which are copied to their rows. Until they all are, who reads
// takes the journal into account, and who wants to write copies first: a writer may die
// at any time. A row is only written in place of one of an earlier batch, so that to copy
// twice, or late, does no harm; a record that is deleted leaves a tombstone for an hour.
type table struct {
	table  Table
	prefix string
	limits tableLimits
	busy   chan struct{} // full while one batch of this process is written
	closed atomic.Bool
	total  atomic.Int64 // bytes of batches sent
	kept   atomic.Pointer[keptJournal]

	mu      sync.Mutex
	garbage map[RowKey]int64 // rows to delete, with their versions
	swept   time.Time        // when journals were last looked for
}

var _ engine = (*table)(nil)

const (
	// maxBatch is the most that all records of a batch have, in bytes.
	maxBatch = 64 << 20
	// maxParts is the most rows of one value or journal: their numbers have five digits. Who
	// reads more has found damage, for which no room is made.
	maxParts = 1e5
)

// tableLimits are sizes in bytes.
type tableLimits struct {
	inline int // of a journal in the head
	part   int // of what one row has of a value or a journal
	batch  int // of all records of a batch
}

func newTable(t Table, prefix string) *table {
	return &table{
		table:   patient{t},
		prefix:  prefix,
		limits:  tableLimits{inline: 96 << 10, part: 300 << 10, batch: maxBatch},
		busy:    make(chan struct{}, 1),
		garbage: make(map[RowKey]int64),
	}
}

func (t *table) where() string { return t.table.String() + ", rows " + t.prefix }

func (t *table) written() int64 { return t.total.Load() }

// Close gives up the table, see [Store].
func (t *table) Close() error {
	t.closed.Store(true)
	return t.table.Close()
}

// usable returns what keeps a call from being begun.
func (t *table) usable(ctx context.Context) error {
	if t.closed.Load() {
		return errClosed
	}
	return ctx.Err()
}

// writable asks for a write that is refused because the row is there, unless it is
// refused for another reason.
func (t *table) writable(ctx context.Context, _ Record) error {
	if err := t.usable(ctx); err != nil {
		return err
	}
	probe := Row{RowKey: RowKey{t.prefix, "probe"}, Version: 1, Data: []byte("for the check whether rows can be written")}
	if err := t.table.Put(ctx, probe); err != nil && !errors.Is(err, ErrNotNewer) {
		return err
	}
	return nil
}

// damaged is the damage of what a row has.
func (t *table) damaged(key RowKey, data []byte, reason string) error {
	id := fingerprint(Record{Collection: key.Partition, Key: key.Sort, Value: data})
	return &DamagedError{Where: t.where(), ID: id, Reason: reason}
}

// atOnce is how many calls are made at the same time.
const atOnce = 32

// getRows reads rows, each key once.
func (t *table) getRows(ctx context.Context, keys []RowKey) ([]Row, error) {
	rows := make([]Row, len(keys))
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atOnce / 4)
	for from := 0; from < len(keys); from += RowsPerGet {
		some := keys[from:min(len(keys), from+RowsPerGet)]
		all.Go(func() error {
			found, err := t.table.Get(ctx, some)
			copy(rows[from:], found)
			return err
		})
	}
	return rows, all.Wait()
}

// putRows writes rows that nobody else writes.
func (t *table) putRows(ctx context.Context, rows []Row) error {
	return each(ctx, rows, func(ctx context.Context, r Row) error { return t.putOlder(ctx, r) })
}

// putOlder writes r unless a later batch has written the row, or r was written before.
func (t *table) putOlder(ctx context.Context, r Row) error {
	if err := t.table.Put(ctx, r); err != nil && !errors.Is(err, ErrNotNewer) {
		return err
	}
	return nil
}

func (t *table) deleteRows(ctx context.Context, rows []Row) error {
	return each(ctx, rows, func(ctx context.Context, r Row) error { return t.table.Delete(ctx, r.RowKey, r.Version) })
}

// each does something with all items, some at the same time, until one fails.
func each[T any](ctx context.Context, items []T, do func(context.Context, T) error) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	for _, item := range items {
		all.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(ctx, item)
		})
	}
	return all.Wait()
}

// tries is how often a call begins again because others have written meanwhile.
const tries = 20

// settling runs attempt until it returns anything but errMoved.
func settling(ctx context.Context, attempt func() error) error {
	for n := range tries {
		if err := attempt(); !errors.Is(err, errMoved) {
			return err
		}
		if err := pause(ctx, time.Duration(n)*10*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w, %d times in a row", errMoved, tries)
}
