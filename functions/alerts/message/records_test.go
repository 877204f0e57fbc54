package message_test

import (
	"context"
	"slices"

	"signalbox/shared/store"
)

// records is a store of one test.
type records struct{ put map[string][]store.Record }

func (r *records) Get(_ context.Context, collection, key string) ([]byte, error) {
	for _, one := range r.put[collection] {
		if one.Key == key {
			return one.Value, nil
		}
	}
	return nil, nil
}

func (r *records) List(_ context.Context, collection string) ([]store.Record, error) {
	return slices.Clone(r.put[collection]), nil
}

func (r *records) Apply(_ context.Context, b store.Batch) error {
	for _, one := range b.Put {
		r.put[one.Collection] = append(r.put[one.Collection], one)
	}
	return nil
}

func (*records) Check(context.Context) error { return nil }
func (*records) Close() error                { return nil }
