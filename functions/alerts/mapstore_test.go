package alerts_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"testing"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// The places at which a mapStore asks its hook.
const (
	opGet     = "get"
	opList    = "list"
	opApply   = "apply"   // before a batch is written
	opApplied = "applied" // after it was: an error is a lost answer
)

// mapStore is a store without a disk. It is safe for concurrent use.
type mapStore struct {
	mu      sync.Mutex
	records map[string]map[string][]byte // by collection and key
	// hook, if not nil, is asked at each operation, and may fail it. It is not
	// called at the same time by two.
	hook func(op string) error
	// refuse, if not nil, may fail what reads or writes a collection, likewise.
	refuse func(op, collection string) error
	// applied, if not nil, gets each batch that was written, in their order.
	applied func(b store.Batch)
	batches int   // written
	bytes   int64 // of their values
	killed  bool  // see dieAt
}

var _ store.Store = (*mapStore)(nil)

func newMapStore() *mapStore { return &mapStore{records: make(map[string]map[string][]byte)} }

func (m *mapStore) Get(ctx context.Context, collection, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask(ctx, opGet, collection); err != nil {
		return nil, err
	}
	return m.records[collection][key], nil
}

func (m *mapStore) List(ctx context.Context, collection string) ([]store.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask(ctx, opList, collection); err != nil {
		return nil, err
	}
	return m.list(collection), nil
}

func (m *mapStore) list(collection string) []store.Record {
	var records []store.Record
	for key, value := range m.records[collection] {
		records = append(records, store.Record{Collection: collection, Key: key, Value: value})
	}
	slices.SortFunc(records, func(a, b store.Record) int { return cmp.Compare(a.Key, b.Key) })
	return records
}

func (m *mapStore) Apply(ctx context.Context, b store.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask(ctx, opApply, collectionsOf(b)...); err != nil {
		return err
	}
	for _, r := range b.If {
		value, exists := m.records[r.Collection][r.Key]
		if exists != (r.Value != nil) || !bytes.Equal(value, r.Value) {
			return store.ErrConflict
		}
	}
	m.put(b.Put)
	if m.applied != nil {
		m.applied(b)
	}
	return m.ask(context.WithoutCancel(ctx), opApplied)
}

func (m *mapStore) put(records []store.Record) {
	m.batches++
	for _, r := range records {
		if r.Value == nil {
			delete(m.records[r.Collection], r.Key)
			continue
		}
		if m.records[r.Collection] == nil {
			m.records[r.Collection] = make(map[string][]byte)
		}
		m.records[r.Collection][r.Key] = slices.Clone(r.Value)
		m.bytes += int64(len(r.Value))
	}
}

func collectionsOf(b store.Batch) []string {
	var collections []string
	for _, r := range b.Put {
		collections = append(collections, r.Collection)
	}
	return collections
}

func (m *mapStore) ask(ctx context.Context, op string, collections ...string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, collection := range collections {
		if m.refuse == nil {
			break
		}
		if err := m.refuse(op, collection); err != nil {
			return err
		}
	}
	if m.hook == nil {
		return nil
	}
	return m.hook(op)
}

func (m *mapStore) Check(context.Context) error { return nil }

func (m *mapStore) Close() error { return nil }

// peek returns the records of a collection behind the hook's back.
func (m *mapStore) peek(collection string) []store.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.list(collection)
}

// incidents are those that are remembered, open or not.
func (m *mapStore) incidents(t *testing.T) map[incident.Key]rule.Incident {
	t.Helper()
	found := make(map[incident.Key]rule.Incident)
	for _, r := range m.peek("incidents") {
		var i rule.Incident
		if err := json.Unmarshal(r.Value, &i); err != nil || i.Key.String() != r.Key {
			t.Fatalf("the incident %s is stored as %s: %v", r.Key, r.Value, err)
		}
		found[i.Key] = i
	}
	return found
}

// open are the incidents that receivers take for open.
func (m *mapStore) open(t *testing.T) map[incident.Key]rule.Incident {
	t.Helper()
	found := m.incidents(t)
	maps.DeleteFunc(found, func(_ incident.Key, i rule.Incident) bool { return !i.IsOpen() })
	return found
}

// forget deletes records behind the hook's back.
func (m *mapStore) forget(collection string, keys ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		delete(m.records[collection], key)
	}
}
