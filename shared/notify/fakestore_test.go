package notify_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"signalbox/shared/incident"
	"signalbox/shared/store"
)

const token = "xoxb-test"

// details are those of the tests' incidents.
type details struct {
	Note string `json:"note"`
}

type (
	change = incident.Change[details]
	event  = incident.Incident[details]
)

// fakeStore is a store with faults.
type fakeStore struct {
	mu      sync.Mutex
	records map[string]map[string]string
	written int // bytes put
	applied int // batches
	// before is asked before each operation; its error is the operation's.
	before func(operation string) error
}

func newFakeStore() *fakeStore {
	return &fakeStore{records: make(map[string]map[string]string), before: func(string) error { return nil }}
}

func (m *fakeStore) Get(_ context.Context, collection, key string) ([]byte, error) {
	if err := m.before("get"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if value, ok := m.records[collection][key]; ok {
		return []byte(value), nil
	}
	return nil, nil
}

func (m *fakeStore) List(_ context.Context, collection string) ([]store.Record, error) {
	if err := m.before("list"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var records []store.Record
	for _, key := range slices.Sorted(maps.Keys(m.records[collection])) {
		records = append(records, store.Record{Collection: collection, Key: key, Value: []byte(m.records[collection][key])})
	}
	return records, nil
}

func (m *fakeStore) Apply(ctx context.Context, b store.Batch) error {
	if err := errors.Join(ctx.Err(), m.before("apply")); err != nil {
		return err
	}
	m.mu.Lock()
	for _, r := range b.If {
		if value, ok := m.records[r.Collection][r.Key]; ok != (r.Value != nil) || value != string(r.Value) {
			m.mu.Unlock()
			return store.ErrConflict
		}
	}
	for _, r := range b.Put {
		if m.records[r.Collection] == nil {
			m.records[r.Collection] = make(map[string]string)
		}
		m.written += len(r.Value)
		m.records[r.Collection][r.Key] = string(r.Value)
		if r.Value == nil {
			delete(m.records[r.Collection], r.Key)
		}
	}
	m.applied++
	m.mu.Unlock()
	return m.before("applied")
}

func (m *fakeStore) Check(context.Context) error { return nil }
func (m *fakeStore) Close() error                { return nil }
