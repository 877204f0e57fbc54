package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// SchemaError says that a newer version of Signalbox has written the state.
type SchemaError struct {
	Where        string
	Found, Known int64
}

// Error says what to do, too.
func (e *SchemaError) Error() string {
	return fmt.Sprintf("the state in %s has schema %d, and this version knows schemas up to %d: deploy the version that wrote it, or a newer one",
		e.Where, e.Found, e.Known)
}

// A migration returns the batch that brings a state to the next schema.
type migration func(ctx context.Context, s engine) (Batch, error)

// migrations bring a state to the next schema, the first of them from 1 to 2. Two
// instances may run one at the same time: the first to write wins.
var migrations []migration

// newest is the schema that this version writes.
var newest = int64(1 + len(migrations))

const (
	metaCollection = "meta"
	schemaKey      = "schema"
)

// schemaRecord is the record of a version, 0 for none.
func schemaRecord(version int64) Record {
	r := Record{Collection: metaCollection, Key: schemaKey}
	if version > 0 {
		r.Value = strconv.AppendInt(nil, version, 10)
	}
	return r
}

// getter is what both a [Store] and an engine can do.
type getter interface {
	Get(ctx context.Context, collection, key string) ([]byte, error)
}

// readSchema returns the version of the state in s, 0 for a new one.
func readSchema(ctx context.Context, s getter) (int64, error) {
	r := schemaRecord(0)
	var err error
	if r.Value, err = s.Get(ctx, r.Collection, r.Key); err != nil || r.Value == nil {
		return 0, err
	}
	return parseSchema(whereIs(s), r)
}

// parseSchema returns the version that r says, which is the record of a schema.
func parseSchema(where string, r Record) (int64, error) {
	if isImporting(r) {
		return 0, &DamagedError{Where: where, ID: fingerprint(r), Reason: "an import into it was not finished: start it again"}
	}
	version, err := strconv.ParseInt(string(r.Value), 10, 64)
	if err != nil || version < 1 {
		return 0, &DamagedError{Where: where, ID: fingerprint(r), Reason: "its schema is not a number"}
	}
	return version, nil
}

func (s *state) newest() int64 { return int64(1 + len(s.migrations)) }

// look reads the schema and refuses a newer one.
func (s *state) look(ctx context.Context) error {
	found, err := readSchema(ctx, s.engine)
	if err != nil {
		return err
	}
	if found > s.newest() {
		return &SchemaError{Where: s.where(), Found: found, Known: s.newest()}
	}
	s.found.Store(found)
	return nil
}

// migrate brings an older state to the newest schema. A new one gets its schema
// with its first batch.
func (s *state) migrate(ctx context.Context) error {
	if err := s.look(ctx); err != nil {
		return err
	}
	for found := s.found.Load(); found != 0 && found < s.newest(); found = s.found.Load() {
		err := s.step(ctx, found)
		if err == nil && s.found.Load() == found {
			err = ErrConflict
		}
		if err != nil {
			return fmt.Errorf("migrate from schema %d: %w", found, err)
		}
	}
	return nil
}

// step brings the state from schema found to the next, unless another instance
// does.
func (s *state) step(ctx context.Context, found int64) error {
	b, err := s.migrations[found-1](ctx, s.engine)
	if err != nil {
		return err
	}
	b.If = append(b.If, schemaRecord(found))
	b.Put = append(b.Put, schemaRecord(found+1))
	if err := s.engine.Apply(ctx, b); err != nil && !errors.Is(err, ErrConflict) {
		return err
	}
	return s.look(ctx)
}

// apply writes b if the schema is still the one that was found, so that an
// instance of an older version does not write to a state that was migrated
// meanwhile. A conflict about the schema alone is not the caller's.
func (s *state) apply(ctx context.Context, b Batch) error {
	var err error
	for range 3 {
		found := s.found.Load()
		err = s.engine.Apply(ctx, s.guard(b, found))
		if err == nil && found == 0 && len(b.Put) > 0 {
			s.found.CompareAndSwap(0, s.newest())
		}
		if !errors.Is(err, ErrConflict) {
			return err
		}
		if err := s.migrate(ctx); err != nil {
			return err
		}
		if s.found.Load() == found {
			return err
		}
	}
	return err
}

// guard returns b with the schema as a condition, and as a record where there is
// none yet.
func (s *state) guard(b Batch, found int64) Batch {
	guarded := Batch{If: append([]Record{schemaRecord(found)}, b.If...), Put: b.Put}
	if found == 0 && len(b.Put) > 0 {
		guarded.Put = append([]Record{schemaRecord(s.newest())}, b.Put...)
	}
	return guarded
}
