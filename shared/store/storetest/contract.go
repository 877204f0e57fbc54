// Package storetest holds every engine of a store to one contract.
package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/store"
)

// Contract tests what callers rely on, leases included. open returns a store
// that is empty and that no other call of open has returned.
func Contract(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	contract(t, open, 20_000)
}

// SlowContract is [Contract] with fewer records, for a store behind a fake that takes
// long for each.
func SlowContract(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	contract(t, open, 2_000)
}

func contract(t *testing.T, open func(t *testing.T) store.Store, records int) {
	t.Helper()
	if testing.Short() {
		records = 2_000 // the stand-in of Redis has as long as Redis
	}
	tests := []struct {
		name string
		run  func(t *testing.T, s store.Store)
	}{
		{"nothing there", nothingThere},
		{"values", values},
		{"order", order},
		{"put and delete", putAndDelete},
		{"last put counts", lastPutCounts},
		{"conditions", conditions},
		{"all or nothing", allOrNothing},
		{"large batch", func(t *testing.T, s store.Store) { t.Helper(); largeBatch(t, s, records) }},
		{"refused records", refusedRecords},
		{"racing writers", racingWriters},
		{"racing counters", racingCounters},
		{"snapshot", snapshot},
		{"snapshot while others write", racingSnapshot},
		{"import", imported},
		{"cancelled", cancelled},
		{"closed", closed},
		{"lease", lease},
		{"lease fences", leaseFences},
		{"lease taken over", leaseTakenOver},
		{"lease by a wrong clock", leaseByWrongClock},
		{"lease released", leaseReleased},
		{"lease refused", leaseRefused},
		{"racing acquirers", racingAcquirers},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() { _ = s.Close() })
			test.run(t, s)
		})
	}
}

func record(collection, key, value string) store.Record {
	return store.Record{Collection: collection, Key: key, Value: []byte(value)}
}

// none is the record that is not there.
func none(collection, key string) store.Record { return store.Record{Collection: collection, Key: key} }

func put(t *testing.T, s store.Store, records ...store.Record) {
	t.Helper()
	if err := s.Apply(t.Context(), store.Batch{Put: records}); err != nil {
		t.Fatalf("Apply = %v", err)
	}
}

func wantList(t *testing.T, s store.Store, collection string, want ...store.Record) {
	t.Helper()
	got, err := s.List(t.Context(), collection)
	if err != nil {
		t.Fatalf("List(%s) = %v", collection, err)
	}
	if slices.EqualFunc(want, got, same) {
		return // which cmp takes seconds to see in a large collection
	}
	t.Errorf("List(%s) = %d records, want %d (-want +got):\n%.2000s", collection, len(got), len(want),
		cmp.Diff(want[:min(len(want), 20)], got[:min(len(got), 20)]))
}

func wantValue(t *testing.T, s store.Store, want store.Record) {
	t.Helper()
	got, err := s.Get(t.Context(), want.Collection, want.Key)
	if err != nil {
		t.Fatalf("Get(%.100q) = %v", want.Key, err)
	}
	if r := (store.Record{Collection: want.Collection, Key: want.Key, Value: got}); !same(r, want) {
		t.Errorf("Get(%.100q) = %.100q (nil: %t), want %.100q (nil: %t)", want.Key, got, got == nil, want.Value, want.Value == nil)
	}
}

func same(a, b store.Record) bool {
	return a.Collection == b.Collection && a.Key == b.Key && (a.Value == nil) == (b.Value == nil) && bytes.Equal(a.Value, b.Value)
}

func nothingThere(t *testing.T, s store.Store) {
	t.Helper()
	wantValue(t, s, none("c", "k"))
	wantList(t, s, "c")
	put(t, s, record("c", "other", "1"), record("d", "k", "1"))
	wantValue(t, s, none("c", "k"))
	wantList(t, s, "e")
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("Check = %v, want nil", err)
	}
}

// values and keys are any bytes, and an empty value is not none.
func values(t *testing.T, s store.Store) {
	t.Helper()
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, r := range []store.Record{
		record("c", "empty", ""),
		record("c", "binary", string(all)),
		record("c", string(all), "1"),
		record("卡", "键", "套餐 🛰"),
		record("c", "large", strings.Repeat("é", 1<<20)),
		record("c", strings.Repeat("k", 32768), "1"),
	} {
		put(t, s, r)
		wantValue(t, s, r)
	}
}

func order(t *testing.T, s store.Store) {
	t.Helper()
	put(t, s, record("c", "b", "3"), record("c", "a\xff", "2"), record("c", "é", "5"), record("c", "a", "1"), record("c", "z", "4"), record("d", "y", ""))
	wantList(t, s, "c", record("c", "a", "1"), record("c", "a\xff", "2"), record("c", "b", "3"), record("c", "z", "4"), record("c", "é", "5"))
	wantList(t, s, "d", record("d", "y", ""))
}

func putAndDelete(t *testing.T, s store.Store) {
	t.Helper()
	put(t, s, record("c", "a", "1"), record("c", "b", "1"))
	put(t, s, record("c", "a", "2"), none("c", "b"), none("c", "never"), none("d", "never"))
	wantList(t, s, "c", record("c", "a", "2"))
	put(t, s, none("c", "a"))
	wantList(t, s, "c")
	wantList(t, s, "d")
	put(t, s, record("c", "a", "3"))
	wantList(t, s, "c", record("c", "a", "3"))
}

func lastPutCounts(t *testing.T, s store.Store) {
	t.Helper()
	put(t, s, record("c", "a", "1"), record("c", "b", "1"), none("c", "b"), record("c", "a", "2"), none("c", "d"), record("c", "d", "1"))
	wantList(t, s, "c", record("c", "a", "2"), record("c", "d", "1"))
}

func conditions(t *testing.T, s store.Store) {
	t.Helper()
	put(t, s, record("c", "a", "1"), record("c", "empty", ""))
	tests := []struct {
		name string
		when []store.Record
		ok   bool
	}{
		{"as it is", []store.Record{record("c", "a", "1")}, true},
		{"another value", []store.Record{record("c", "a", "2")}, false},
		{"longer value", []store.Record{record("c", "a", "1\x00")}, false},
		{"not there", []store.Record{none("c", "a")}, false},
		{"none, as it is", []store.Record{none("c", "b"), none("d", "a")}, true},
		{"none of it", []store.Record{record("c", "b", "1")}, false},
		{"empty, as it is", []store.Record{record("c", "empty", "")}, true},
		{"empty is not none", []store.Record{none("c", "empty")}, false},
		{"none is not empty", []store.Record{record("c", "b", "")}, false},
		{"all but the last", []store.Record{record("c", "a", "1"), none("c", "b"), record("d", "b", "1")}, false},
	}
	for _, test := range tests {
		key := "put " + test.name
		for _, puts := range [][]store.Record{nil, {record("puts", key, "1")}} {
			err := s.Apply(t.Context(), store.Batch{If: test.when, Put: puts})
			if test.ok != (err == nil) || !test.ok && !errors.Is(err, store.ErrConflict) {
				t.Errorf("%s: Apply with %d puts = %v, want ok %v or ErrConflict", test.name, len(puts), err, test.ok)
			}
		}
		want := none("puts", key)
		if test.ok {
			want.Value = []byte("1")
		}
		wantValue(t, s, want)
	}
}

func allOrNothing(t *testing.T, s store.Store) {
	t.Helper()
	put(t, s, record("c", "a", "1"))
	err := s.Apply(t.Context(), store.Batch{
		If:  []store.Record{record("c", "a", "1"), record("d", "b", "1")},
		Put: []store.Record{none("c", "a"), record("d", "b", "2"), record("e", "c", "2")},
	})
	if !errors.Is(err, store.ErrConflict) {
		t.Errorf("Apply = %v, want ErrConflict", err)
	}
	wantList(t, s, "c", record("c", "a", "1"))
	wantList(t, s, "d")
	wantList(t, s, "e")
}

func largeBatch(t *testing.T, s store.Store, size int) {
	t.Helper()
	var records []store.Record
	for i := range size {
		records = append(records, record("c", fmt.Sprintf("%06d", i), strings.Repeat("v", 300)))
	}
	put(t, s, records...)
	wantList(t, s, "c", records...)
	var deletes []store.Record
	for _, r := range records[1:] {
		deletes = append(deletes, none(r.Collection, r.Key))
	}
	if err := s.Apply(t.Context(), store.Batch{If: records, Put: deletes}); err != nil {
		t.Fatalf("Apply with %d conditions = %v", size-1, err)
	}
	wantList(t, s, "c", records[0])
}

func refusedRecords(t *testing.T, s store.Store) {
	t.Helper()
	for name, r := range map[string]store.Record{
		"no key":        record("c", "", "1"),
		"no collection": record("", "k", "1"),
		"long key":      record("c", strings.Repeat("k", 32769), "1"),
	} {
		for _, b := range []store.Batch{{If: []store.Record{r}}, {Put: []store.Record{record("c", "a", "1"), r}}} {
			if err := s.Apply(t.Context(), b); err == nil || errors.Is(err, store.ErrConflict) {
				t.Errorf("%s: Apply = %v, want an error that is not ErrConflict", name, err)
			}
		}
	}
	wantList(t, s, "c")
}
