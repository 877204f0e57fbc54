package storetest

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/store"
)

// anything are records of all kinds, in the order of collections and keys.
func anything() []store.Record {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return []store.Record{
		record("c", string(all), "1"), record("c", "a", "2"), record("c", "a\xff", string(all)), record("c", "empty", ""),
		record("c", "html", "<a href=\"x\">&\u2028</a>\n"), record("c", "large", strings.Repeat("é", 1<<20)),
		record("meta", "other", "3"), record("卡", "键", "套餐 🛰"),
	}
}

// take takes a snapshot that has to be possible.
func take(t *testing.T, s store.Store) store.Snapshot {
	t.Helper()
	x, err := store.Take(t.Context(), s)
	if err != nil {
		t.Fatalf("Take = %v", err)
	}
	return x
}

func wantSnapshot(t *testing.T, s store.Store, want ...store.Record) {
	t.Helper()
	got := take(t, s)
	if !slices.EqualFunc(got.Records, want, same) {
		t.Errorf("Take = %d records, want %d (-want +got):\n%.2000s", len(got.Records), len(want), cmp.Diff(want, got.Records))
	}
	if got.Schema < 1 {
		t.Errorf("Take = schema %d, want one", got.Schema)
	}
}

func snapshot(t *testing.T, s store.Store) {
	t.Helper()
	if got, err := store.Take(t.Context(), s); err == nil {
		t.Errorf("Take of nothing = %v, want an error", got)
	}
	wantList(t, s, "meta") // it has written nothing
	put(t, s, anything()...)
	put(t, s, record("deleted", "k", "1"))
	put(t, s, none("deleted", "k"))
	if _, err := store.Acquire(t.Context(), s, store.LeaseConfig{Name: "run", Length: time.Minute}); err != nil {
		t.Fatal(err)
	}
	wantSnapshot(t, s, anything()...)
}

// racingSnapshot has somebody write batches that change two collections, and sometimes
// make and empty a third, as long as snapshots are taken: none has a part of a batch.
func racingSnapshot(t *testing.T, s store.Store) {
	t.Helper()
	put(t, s, pair(0)...)
	written, stop := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(written)
		for n := 1; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := s.Apply(t.Context(), store.Batch{Put: pair(n)}); err != nil {
				t.Errorf("Apply = %v", err)
				return
			}
			if n%5 == 0 { // or some engines take hardly a snapshot
				<-time.After(3 * time.Millisecond)
			}
		}
	}()
	for range 20 {
		if x, err := store.Take(t.Context(), s); err == nil { // or others have written all the time
			wantPair(t, x.Records)
		}
	}
	close(stop)
	<-written
	wantPair(t, take(t, s).Records)
}

// pair are the records of batch n.
func pair(n int) []store.Record {
	value := strconv.Itoa(n)
	var records []store.Record
	for i := range 20 {
		records = append(records, record("a", strconv.Itoa(i), value), record("z", strconv.Itoa(i), value))
	}
	if n%2 == 0 {
		return append(records, record("even", "k", value))
	}
	return append(records, none("even", "k"))
}

func wantPair(t *testing.T, records []store.Record) {
	t.Helper()
	n, err := strconv.Atoi(string(records[0].Value))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if string(r.Value) != strconv.Itoa(n) {
			t.Errorf("a snapshot has %s/%s of batch %s, and others of batch %d", r.Collection, r.Key, r.Value, n)
		}
	}
	if want := 41 - n%2; len(records) != want {
		t.Errorf("a snapshot of batch %d has %d records, want %d", n, len(records), want)
	}
}

// imported exports a state, changes it and imports the export.
func imported(t *testing.T, s store.Store) {
	t.Helper()
	put(t, s, anything()...)
	x := take(t, s)
	var export bytes.Buffer
	if err := x.Encode(&export); err != nil {
		t.Fatalf("Encode = %v", err)
	}
	var more []store.Record
	for i := range 1200 { // more than a batch of an import
		more = append(more, record("more", strconv.Itoa(i), "1"))
	}
	put(t, s, append(more, record("c", "a", "changed"), none("c", "empty"))...)
	read, err := store.ReadSnapshot(&export)
	if err != nil {
		t.Fatalf("ReadSnapshot = %v", err)
	}
	if err := store.Import(t.Context(), s, read, true); err != nil {
		t.Fatalf("Import = %v", err)
	}
	wantSnapshot(t, s, anything()...)
	put(t, s, record("c", "z", "1")) // the store goes on
	wantValue(t, s, record("c", "a", "2"))
}
