package storetest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"signalbox/shared/store"
)

// Table is a fake of a table, in this process. It is safe for concurrent use.
type Table struct {
	// Intercept, if not nil, is asked for each call, which do makes, and what it returns
	// is the answer. It must not be changed while the table is used.
	Intercept func(ctx context.Context, call Call, do func() error) error

	*shared
}

// shared are the rows that several see.
type shared struct {
	mu     sync.Mutex
	rows   map[store.RowKey]store.Row
	sorted map[string][]string // the sort keys of a partition; nil: not sorted yet
}

// Call says what a table is asked.
type Call struct {
	// Name is Get, List, Put or Delete.
	Name string
	// Key is the row, or the first of them. Of List it has no sort key.
	Key store.RowKey
}

var _ store.Table = (*Table)(nil)

// NewTable returns an empty table.
func NewTable() *Table {
	return &Table{shared: &shared{rows: make(map[store.RowKey]store.Row), sorted: make(map[string][]string)}}
}

// With returns the same rows behind calls of their own, as another process has them.
func (f *Table) With(intercept func(ctx context.Context, call Call, do func() error) error) *Table {
	return &Table{Intercept: intercept, shared: f.shared}
}

// Clone returns a table with the same rows as f has now, which then go their own ways.
func (f *Table) Clone() *Table {
	f.mu.Lock()
	defer f.mu.Unlock()
	clone := NewTable()
	maps.Copy(clone.rows, f.rows)
	return clone
}

// perPage is how many rows the fake lists at once.
const perPage = 64

// String names the fake.
func (*Table) String() string { return "fake table" }

// Close ends the use of what opened the fake; its rows stay.
func (*Table) Close() error { return nil }

func (f *Table) call(ctx context.Context, c Call, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	locked := func() error {
		f.mu.Lock()
		defer f.mu.Unlock()
		if err := ctx.Err(); err != nil { // a request that was signed long ago is refused
			return err
		}
		return do()
	}
	if f.Intercept != nil {
		return f.Intercept(ctx, c, locked)
	}
	return locked()
}

// Get is that of [store.Table].
func (f *Table) Get(ctx context.Context, keys []store.RowKey) (rows []store.Row, err error) {
	if len(keys) == 0 || len(keys) > store.RowsPerGet || duplicate(keys) {
		return nil, fmt.Errorf("get of %d rows, want 1 to %d different ones", len(keys), store.RowsPerGet)
	}
	err = f.call(ctx, Call{"Get", keys[0]}, func() error {
		for _, key := range keys {
			row := f.rows[key]
			row.RowKey = key
			rows = append(rows, read(row))
		}
		return nil
	})
	return rows, err
}

// read is what one gets of a row.
func read(r store.Row) store.Row {
	r.Data, r.Expires = bytes.Clone(r.Data), time.Time{}
	return r
}

func duplicate(keys []store.RowKey) bool {
	seen := make(map[store.RowKey]bool)
	for _, key := range keys {
		if seen[key] {
			return true
		}
		seen[key] = true
	}
	return false
}

// List is that of [store.Table].
func (f *Table) List(ctx context.Context, partition, after string) (rows []store.Row, more bool, err error) {
	err = f.call(ctx, Call{"List", store.RowKey{Partition: partition}}, func() error {
		sorted := f.sortedLocked(partition)
		at, _ := slices.BinarySearch(sorted, after+"\x00")
		page := sorted[at:min(len(sorted), at+perPage)]
		for _, sort := range page {
			rows = append(rows, read(f.rows[store.RowKey{Partition: partition, Sort: sort}]))
		}
		more = at+len(page) < len(sorted)
		return nil
	})
	return rows, more, err
}

func (f *shared) sortedLocked(partition string) []string {
	if sorted := f.sorted[partition]; sorted != nil {
		return sorted
	}
	var sorted []string
	for key := range f.rows {
		if key.Partition == partition {
			sorted = append(sorted, key.Sort)
		}
	}
	slices.Sort(sorted)
	f.sorted[partition] = sorted
	return sorted
}

// Put is that of [store.Table].
func (f *Table) Put(ctx context.Context, r store.Row) error {
	if err := checkRow(r); err != nil {
		return err
	}
	return f.call(ctx, Call{"Put", r.RowKey}, func() error {
		old, there := f.rows[r.RowKey]
		if there && old.Version >= r.Version {
			return store.ErrNotNewer
		}
		if !there {
			delete(f.sorted, r.Partition)
		}
		r.Data = bytes.Clone(r.Data)
		f.rows[r.RowKey] = r
		return nil
	})
}

func checkRow(r store.Row) error {
	for _, name := range []string{r.Partition, r.Sort} {
		ascii := !strings.ContainsFunc(name, func(c rune) bool { return c < ' ' || c > '~' })
		if name == "" || len(name) > 1024 || !ascii {
			return fmt.Errorf("put of a row with the key %q", name)
		}
	}
	if r.Version < 1 || len(r.Data) < 1 || len(r.Data) > store.MaxRowData {
		return fmt.Errorf("put of a row of version %d with %d bytes", r.Version, len(r.Data))
	}
	return nil
}

// Delete is that of [store.Table].
func (f *Table) Delete(ctx context.Context, key store.RowKey, version int64) error {
	return f.call(ctx, Call{"Delete", key}, func() error {
		if old, there := f.rows[key]; there && old.Version == version {
			delete(f.rows, key)
			delete(f.sorted, key.Partition)
		}
		return nil
	})
}

// Rows returns all rows, sorted by their keys.
func (f *Table) Rows() []store.Row {
	f.mu.Lock()
	defer f.mu.Unlock()
	var rows []store.Row
	for _, row := range f.rows {
		row.Data = bytes.Clone(row.Data)
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b store.Row) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Sort, b.Sort))
	})
	return rows
}

// Set puts a row whatever is there, as somebody does by hand.
func (f *Table) Set(r store.Row) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rows[r.RowKey] = r
	delete(f.sorted, r.Partition)
}

// Remove takes a row out, likewise.
func (f *Table) Remove(key store.RowKey) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.rows, key)
	delete(f.sorted, key.Partition)
}
