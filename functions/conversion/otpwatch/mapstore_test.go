package otpwatch_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"signalbox/shared/store"
)

// mapStore is a store without a disk, whose process may be killed. It is safe for
// concurrent use.
type mapStore struct {
	mu      sync.Mutex
	records map[string]map[string][]byte // by collection and key
	// kill is how many more batches are written until the process dies: before its last
	// one is written, or with lost after it was. Below zero: never.
	kill    int
	lost    bool
	dead    bool
	refuse  func(collection string) error // nil: nothing is refused
	batches int
	changes []int        // the batches, from 0 on, that put an incident or a message about one
	written bytes.Buffer // all values that ever were
}

var _ store.Store = (*mapStore)(nil)

var errKilled = errors.New("the process was killed")

func newMapStore() *mapStore { return &mapStore{records: make(map[string]map[string][]byte), kill: -1} }

func (m *mapStore) check(collections ...string) error {
	if m.dead {
		return errKilled
	}
	for _, c := range collections {
		if m.refuse != nil {
			if err := m.refuse(c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *mapStore) Get(_ context.Context, collection, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.records[collection][key]), m.check(collection)
}

func (m *mapStore) List(_ context.Context, collection string) ([]store.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var records []store.Record
	for key, value := range m.records[collection] {
		records = append(records, store.Record{Collection: collection, Key: key, Value: slices.Clone(value)})
	}
	slices.SortFunc(records, func(a, b store.Record) int { return cmp.Compare(a.Key, b.Key) })
	return records, m.check(collection)
}

func (m *mapStore) Apply(_ context.Context, b store.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var collections []string
	for _, r := range b.Put {
		collections = append(collections, r.Collection)
	}
	if err := m.check(collections...); err != nil {
		return err
	}
	for _, r := range b.If {
		value, exists := m.records[r.Collection][r.Key]
		if exists != (r.Value != nil) || !bytes.Equal(value, r.Value) {
			return store.ErrConflict
		}
	}
	m.dead = m.kill == 0
	m.kill--
	if m.dead && !m.lost {
		return errKilled
	}
	if slices.ContainsFunc(collections, func(c string) bool { return c == "watch-incidents" || strings.Contains(c, "outbox") }) {
		m.changes = append(m.changes, m.batches)
	}
	m.batches++
	for _, r := range b.Put {
		m.put(r)
	}
	return m.check()
}

func (m *mapStore) put(r store.Record) {
	if r.Value == nil {
		delete(m.records[r.Collection], r.Key)
		return
	}
	if m.records[r.Collection] == nil {
		m.records[r.Collection] = make(map[string][]byte)
	}
	m.records[r.Collection][r.Key] = slices.Clone(r.Value)
	m.written.Write(r.Value)
}

func (m *mapStore) Check(context.Context) error { return nil }

func (m *mapStore) Close() error { return nil }

// keys lists the records of the collections that begin so.
func (m *mapStore) keys(prefix string) (all []string) {
	for collection, records := range m.records {
		for key := range records {
			if strings.HasPrefix(collection, prefix) {
				all = append(all, collection+" "+key)
			}
		}
	}
	slices.Sort(all)
	return all
}
