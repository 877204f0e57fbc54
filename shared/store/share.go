package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
	bolt "go.etcd.io/bbolt"
)

// File is the bbolt file of a store, for a package that keeps records of its own
// form beside the store's. It is safe for concurrent use, and closed with the store.
type File struct {
	state *state
	file  *file
}

// ErrNotOwned says that a store is not in a file that its process holds open: it is
// in Redis, or its file is opened for each operation.
var ErrNotOwned = errors.New("the state is not in a file that this process holds open")

// FileOf returns the file that s is kept in, or ErrNotOwned.
func FileOf(s Store) (*File, error) {
	inner, ok := s.(*state)
	if !ok {
		return nil, ErrNotOwned
	}
	f, ok := inner.engine.(*file)
	if !ok || f.shared {
		return nil, ErrNotOwned
	}
	return &File{state: inner, file: f}, nil
}

// Prefix is what the names of all buckets must begin with.
func (f *File) Prefix() string { return f.file.prefix }

// View runs a transaction that reads. run must not keep what bbolt gives it.
func (f *File) View(ctx context.Context, run func(*bolt.Tx) error) error {
	if err := f.state.prepare(ctx); err != nil {
		return err
	}
	return f.file.use(ctx, false, run)
}

// Update runs a transaction, synced when it returns nil. Others wait meanwhile, so
// it should take milliseconds. It must not panic: that counts as damage.
func (f *File) Update(ctx context.Context, run func(*bolt.Tx) error) error {
	if err := f.state.prepare(ctx); err != nil {
		return err
	}
	return f.file.use(ctx, true, func(tx *bolt.Tx) error {
		if err := f.stamp(tx); err != nil {
			return err
		}
		return run(tx)
	})
}

// stamp gives a new state its schema.
func (f *File) stamp(tx *bolt.Tx) error {
	r := schemaRecord(f.state.newest())
	switch found := f.file.value(tx, r); {
	case found == nil:
		return f.file.put(tx, []Record{r})
	case !same(found, r.Value): // the file was exchanged
		return fmt.Errorf("the schema of %s: %w", f.file.path, ErrConflict)
	}
	return nil
}

// Damaged returns the error for a value under key in a bucket that cannot be
// understood, see [Damaged].
func (f *File) Damaged(bucket string, key, value []byte, reason string) error {
	r := Record{Collection: bucket, Key: string(key), Value: value}
	return &DamagedError{Where: f.file.path, ID: fingerprint(r), Reason: reason}
}

// Remote is the Redis of a store, for a package that keeps keys of its own form
// beside the store's. The client makes each call once, and is closed with the store.
type Remote struct {
	Client redis.UniversalClient
	// Prefix is what all keys begin with. It has a hash tag.
	Prefix string
	state  *state
}

// RemoteOf returns the Redis that s is kept in, false for none.
func RemoteOf(s Store) (Remote, bool) {
	inner, ok := s.(*state)
	if !ok {
		return Remote{}, false
	}
	r, ok := inner.engine.(*remote)
	if !ok {
		return Remote{}, false
	}
	return Remote{Client: r.client, Prefix: r.prefix, state: inner}, true
}

// Schema is the field of a hash, under Prefix and its collection, that a write must
// find just so. Where it does not, [Remote.Prepare] says why or puts it right.
func (r Remote) Schema() Record { return schemaRecord(r.state.newest()) }

// Look is what to call before Prepare where a write has not found the schema.
func (r Remote) Look(ctx context.Context) error { return r.state.look(ctx) }

// Prepare is called before keys are read or written: it does what the store does
// before its own first use, and gives a new state its schema.
func (r Remote) Prepare(ctx context.Context) error {
	if err := r.state.prepare(ctx); err != nil {
		return err
	}
	if r.state.found.Load() != 0 {
		return nil
	}
	newest := schemaRecord(r.state.newest())
	err := r.state.apply(ctx, Batch{Put: []Record{newest}})
	if err != nil {
		return fmt.Errorf("write the schema: %w", err)
	}
	return nil
}
