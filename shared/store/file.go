package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// file keeps records in a bbolt file, each collection in a bucket of its own.
type file struct {
	opener
	prefix string // of the buckets' names
}

var _ engine = (*file)(nil)

// openFile returns the store in c.File. A file of one process is opened now, so
// that what keeps it from being opened is known at the start.
func openFile(c Config) (*file, error) {
	if err := checkFolder(c.File); err != nil {
		return nil, err
	}
	f := &file{
		opener: opener{path: c.File, shared: c.Shared, resetID: c.Reset, busy: make(chan struct{}, 1)},
		prefix: c.Namespace + "/",
	}
	if c.Shared {
		return f, nil
	}
	err := f.use(context.Background(), false, func(*bolt.Tx) error { return nil })
	if _, damaged := errors.AsType[*DamagedError](err); err != nil && !damaged {
		return nil, err
	}
	return f, nil
}

func (f *file) where() string { return f.path }

func (f *file) written() int64 { return f.total.Load() }

func (f *file) value(tx *bolt.Tx, r Record) []byte {
	bucket := tx.Bucket([]byte(f.prefix + r.Collection))
	if bucket == nil {
		return nil
	}
	return bytes.Clone(bucket.Get([]byte(r.Key)))
}

// Get returns the value of a record, see [Store].
func (f *file) Get(ctx context.Context, collection, key string) (value []byte, err error) {
	err = f.use(ctx, false, func(tx *bolt.Tx) error {
		value = f.value(tx, Record{Collection: collection, Key: key})
		return nil
	})
	if errors.Is(err, errNoFile) {
		return nil, nil
	}
	return value, err
}

// List returns the records of a collection, see [Store].
func (f *file) List(ctx context.Context, collection string) (records []Record, err error) {
	err = f.use(ctx, false, func(tx *bolt.Tx) error {
		bucket := tx.Bucket([]byte(f.prefix + collection))
		if bucket == nil {
			return nil
		}
		records, err = recordsIn(bucket, collection)
		return err
	})
	if errors.Is(err, errNoFile) {
		return nil, nil
	}
	return records, err
}

func recordsIn(bucket *bolt.Bucket, collection string) (records []Record, err error) {
	err = bucket.ForEach(func(k, v []byte) error {
		records = append(records, Record{Collection: collection, Key: string(k), Value: bytes.Clone(v)})
		return nil
	})
	return records, err
}

// Apply writes b, see [Store].
func (f *file) Apply(ctx context.Context, b Batch) error {
	puts := ordered(b.Put)
	err := f.use(ctx, len(puts) > 0, func(tx *bolt.Tx) error {
		for _, r := range b.If {
			if !same(f.value(tx, r), r.Value) {
				return fmt.Errorf("in %s: %w", r.Collection, ErrConflict)
			}
		}
		return f.put(tx, puts)
	})
	if errors.Is(err, errNoFile) { // it has no record, and none was to be written
		if slices.ContainsFunc(b.If, func(r Record) bool { return r.Value != nil }) {
			return ErrConflict
		}
		return nil
	}
	return err
}

// same compares values, of which nil and empty are not the same.
func same(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }

// ordered returns the records in the order of the pages that they are written
// to, the last one of each key.
func ordered(records []Record) []Record {
	latestFirst := slices.Clone(records)
	slices.Reverse(latestFirst)
	order := func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.Collection, b.Collection), cmp.Compare(a.Key, b.Key))
	}
	slices.SortStableFunc(latestFirst, order)
	return slices.CompactFunc(latestFirst, func(a, b Record) bool { return order(a, b) == 0 })
}

// fill is how full a page is left that is split. It is what wrote least of 0.4 to
// 1 when records with keys in no order came in some batches.
const fill = 0.6

func (f *file) put(tx *bolt.Tx, records []Record) error {
	for _, r := range records {
		bucket, err := tx.CreateBucketIfNotExists([]byte(f.prefix + r.Collection))
		if err != nil {
			return err
		}
		bucket.FillPercent = fill
		if r.Value == nil {
			err = bucket.Delete([]byte(r.Key))
		} else {
			err = bucket.Put([]byte(r.Key), r.Value)
		}
		if err != nil {
			return fmt.Errorf("in %s: %w", r.Collection, err)
		}
	}
	return nil
}

// writable knows nothing of the room on the disk.
func (*file) writable(context.Context, Record) error { return nil }

// errUnchanged ends a transaction that writes nothing.
var errUnchanged = errors.New("nothing to write")

// reset moves the file aside where it has the record that id names. Damage of
// the file itself is compared with when it is opened.
func (f *file) reset(ctx context.Context, id string) error {
	if _, err := os.Stat(f.path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	err := f.use(ctx, true, func(tx *bolt.Tx) error { // writable, so alone
		if !f.contains(tx, id) {
			return errUnchanged
		}
		return cmp.Or(moveAside(f.path, id), errUnchanged)
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

func (f *file) contains(tx *bolt.Tx, id string) bool {
	found := errors.New("found")
	err := tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
		return bucket.ForEach(func(k, v []byte) error {
			collection, ours := strings.CutPrefix(string(name), f.prefix)
			if ours && fingerprint(Record{Collection: collection, Key: string(k), Value: v}) == id {
				return found
			}
			return nil
		})
	})
	return errors.Is(err, found)
}
