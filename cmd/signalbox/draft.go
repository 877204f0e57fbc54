package main

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"

	"signalbox/shared/store"
)

// draft is a store whose writes nobody else sees: it reads through to the real
// one, and writes nothing there. It is safe for concurrent use.
type draft struct {
	store.Store

	mu      sync.Mutex
	written map[recordKey][]byte // nil: deleted
}

type recordKey struct{ collection, key string }

func newDraft(s store.Store) *draft {
	return &draft{Store: s, written: make(map[recordKey][]byte)}
}

// Get returns a record as it was written here, or else as it is.
func (d *draft) Get(ctx context.Context, collection, key string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.get(ctx, collection, key)
}

func (d *draft) get(ctx context.Context, collection, key string) ([]byte, error) {
	if value, ok := d.written[recordKey{collection, key}]; ok {
		return value, nil
	}
	return d.Store.Get(ctx, collection, key)
}

// List returns the records of a collection, those written here in their place.
func (d *draft) List(ctx context.Context, collection string) ([]store.Record, error) {
	records, err := d.Store.List(ctx, collection)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	records = slices.DeleteFunc(records, func(r store.Record) bool {
		_, changed := d.written[recordKey{r.Collection, r.Key}]
		return changed
	})
	for k, value := range d.written {
		if k.collection == collection && value != nil {
			records = append(records, store.Record{Collection: collection, Key: k.key, Value: value})
		}
	}
	slices.SortFunc(records, func(a, b store.Record) int { return cmp.Compare(a.Key, b.Key) })
	return records, nil
}

// Apply keeps what b puts here.
func (d *draft) Apply(ctx context.Context, b store.Batch) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range b.If {
		value, err := d.get(ctx, r.Collection, r.Key)
		if err != nil {
			return err
		}
		if (value == nil) != (r.Value == nil) || !bytes.Equal(value, r.Value) {
			return store.ErrConflict
		}
	}
	for _, r := range b.Put {
		d.written[recordKey{r.Collection, r.Key}] = r.Value
	}
	return nil
}
