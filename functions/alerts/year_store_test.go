package alerts_test

import (
	"context"

	"signalbox/shared/store"
)

// memory is a store without a disk, for one goroutine.
type memory map[string]store.Entry

func (m memory) Get(_ context.Context, key string) (store.Entry, error) { return m[key], nil }

func (m memory) Put(_ context.Context, key string, e store.Entry) (store.Entry, error) {
	if e.Version != m[key].Version {
		return store.Entry{}, store.ErrConflict
	}
	e.Version++
	m[key] = e
	return e, nil
}
