package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// engine keeps the bytes: a [file], a [remote] or a [table]. A read writes nothing.
type engine interface {
	Get(ctx context.Context, collection, key string) ([]byte, error)
	List(ctx context.Context, collection string) ([]Record, error)
	Apply(ctx context.Context, b Batch) error
	Close() error
	// snapshot returns the records of all collections but the leases, as they were at one
	// moment, or errMoved where others write all the time.
	snapshot(ctx context.Context) ([]Record, error)
	// reset moves the state aside where it has the damage that id names.
	reset(ctx context.Context, id string) error
	// writable reports whether a write would be refused. The schema is there, and
	// stays as it is.
	writable(ctx context.Context, schema Record) error
	where() string
	written() int64
}

// state is an engine with what is the same for all: the schema, and which
// records there may be.
type state struct {
	engine
	namespace  string
	resetID    string
	migrations []migration
	preparing  chan struct{} // full while one call prepares
	prepared   atomic.Bool
	found      atomic.Int64 // the schema's version, 0: none yet
}

func newState(e engine, reset string, m []migration) *state {
	return &state{engine: e, resetID: reset, migrations: m, preparing: make(chan struct{}, 1)}
}

// prepare does once what comes before the first use.
func (s *state) prepare(ctx context.Context) error {
	if err := ctx.Err(); err != nil || s.prepared.Load() {
		return err
	}
	select {
	case s.preparing <- struct{}{}:
		defer func() { <-s.preparing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.prepared.Load() {
		return nil
	}
	if err := s.resetDamage(ctx); err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	s.prepared.Store(true)
	return nil
}

// resetDamage moves the state aside where it has the damage that is to be reset.
func (s *state) resetDamage(ctx context.Context) error {
	if s.resetID == "" {
		return nil
	}
	return s.reset(ctx, s.resetID)
}

// Get returns the value of a record, see [Store].
func (s *state) Get(ctx context.Context, collection, key string) ([]byte, error) {
	err := s.prepare(ctx)
	var value []byte
	if err == nil {
		value, err = s.engine.Get(ctx, collection, key)
	}
	if err != nil {
		return nil, fmt.Errorf("get from %s: %w", collection, err)
	}
	return value, nil
}

// List returns the records of a collection, see [Store].
func (s *state) List(ctx context.Context, collection string) ([]Record, error) {
	err := s.prepare(ctx)
	var records []Record
	if err == nil {
		records, err = s.engine.List(ctx, collection)
	}
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", collection, err)
	}
	return records, nil
}

// Apply writes b, see [Store].
func (s *state) Apply(ctx context.Context, b Batch) error {
	err := b.validate()
	if err == nil {
		err = s.prepare(ctx)
	}
	if err == nil {
		err = s.apply(ctx, b)
	}
	if err != nil {
		return fmt.Errorf("apply a batch: %w", err)
	}
	return nil
}

// Check reports whether the state can be used, see [Store].
func (s *state) Check(ctx context.Context) error {
	err := s.prepare(ctx)
	if err == nil {
		err = s.look(ctx)
	}
	if found := s.found.Load(); err == nil && found > 0 {
		err = s.writable(ctx, schemaRecord(found))
	}
	if err != nil {
		return fmt.Errorf("check the state: %w", err)
	}
	return nil
}

// maxKey is the longest key that all engines take, in bytes.
const maxKey = 32768

func (b Batch) validate() error {
	for _, records := range [][]Record{b.If, b.Put} {
		for _, r := range records {
			if r.Collection == "" || r.Key == "" {
				return errors.New("a record without collection or key")
			}
			if len(r.Key) > maxKey {
				return fmt.Errorf("a key of %d bytes in %s, at most %d", len(r.Key), r.Collection, maxKey)
			}
		}
	}
	return nil
}

// Written returns how many bytes s has written to its disk or sent to Redis or a
// table in batches, and 0 where s does not count them.
func Written(s Store) int64 {
	if counts, ok := s.(interface{ written() int64 }); ok {
		return counts.written()
	}
	return 0
}
