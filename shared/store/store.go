// Package store keeps the records that must outlive a run: open incidents,
// outboxes, checkpoints.
//
// A [Store] has collections of records and writes one [Batch] at a time, whole or
// not at all. A [Lease] is the right to work alone; a batch that carries its
// fence is refused once the lease is lost.
package store

import (
	"context"
	"errors"
)

// ErrConflict says that a record was not as the batch required: another writer
// came first, or the lease was lost. Nothing of the batch was written.
var ErrConflict = errors.New("the records were changed by another writer")

// Record is a value in a collection. A nil Value is that there is none: a batch
// that puts it deletes the record.
type Record struct {
	Collection string
	Key        string
	Value      []byte
}

// Batch is written as one transaction.
type Batch struct {
	// If are records that must be just so, or the batch is refused with
	// ErrConflict: a nil Value must not be there.
	If []Record
	// Put are records to write. Of one that comes twice the last counts.
	Put []Record
}

// Store keeps records. It is safe for concurrent use.
type Store interface {
	// Get returns the value of a record, nil where there is none.
	Get(ctx context.Context, collection, key string) ([]byte, error)
	// List returns the records of a collection in the order of their keys. A
	// batch that is written meanwhile may be in it in part, or not.
	List(ctx context.Context, collection string) ([]Record, error)
	// Apply writes b. After an error other than ErrConflict it may have been
	// written all the same.
	Apply(ctx context.Context, b Batch) error
	// Check reports whether the state can be used now: nil, a *DamagedError, a
	// *SchemaError, or what keeps it from being reached, or in Redis or a table from
	// being written.
	Check(ctx context.Context) error
	// Close gives up what the store holds.
	Close() error
}
