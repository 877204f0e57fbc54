// Package store keeps the small state that must outlive an invocation: open
// incidents, notices not yet delivered, where a sweep had got to. [File] keeps
// it for one instance, [Redis] for all that share it.
//
// Every implementation compares and sets: a writer that has not seen the latest
// version is refused, so two that overlap cannot undo one another's work. A
// [Lease] keeps them from overlapping in the first place.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrConflict says that the entry has changed since it was read: read it again
// and decide anew.
var ErrConflict = errors.New("the entry was changed by another writer")

// Entry is a value with the version it was read at. The zero Entry is one that
// does not exist yet.
type Entry struct {
	Value   json.RawMessage `json:"value"`
	Version uint64          `json:"version"`
}

// Store is what [Open] chooses and [Acquire] works on: a [File] or a [Redis].
type Store interface {
	// Get returns the entry of key; the zero Entry where there is none.
	Get(ctx context.Context, key string) (Entry, error)
	// Put writes e as the entry of key and returns it with its new version.
	// The error is [ErrConflict] where e.Version is not the latest; after any
	// other error the entry may have been written all the same.
	Put(ctx context.Context, key string, e Entry) (Entry, error)
}

// next returns the entry that takes the place of current, or ErrConflict.
func (e Entry) next(key string, current Entry) (Entry, error) {
	if e.Version != current.Version {
		return Entry{}, fmt.Errorf("put %s at version %d: %w (version %d)", key, e.Version, ErrConflict, current.Version)
	}
	return Entry{Value: e.Value, Version: e.Version + 1}, nil
}
