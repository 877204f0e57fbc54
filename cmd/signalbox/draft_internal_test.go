package main

import (
	"errors"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"signalbox/shared/store"
)

func newTestDraft(t *testing.T) *draft {
	t.Helper()
	file, err := store.Open(store.Config{File: filepath.Join(t.TempDir(), "state.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return newDraft(file)
}

// TestDraftRefusesWhatHasChanged has a record that is empty differ from none.
func TestDraftRefusesWhatHasChanged(t *testing.T) {
	t.Parallel()
	d := newTestDraft(t)
	put := func(condition, value []byte) error {
		return d.Apply(t.Context(), store.Batch{
			If:  []store.Record{{Collection: "c", Key: "k", Value: condition}},
			Put: []store.Record{{Collection: "c", Key: "k", Value: value}},
		})
	}
	if err := put([]byte{}, []byte("x")); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Apply on an empty record that is not there = %v, want ErrConflict", err)
	}
	if err := put(nil, []byte{}); err != nil {
		t.Fatal(err)
	}
	if err := put(nil, []byte("x")); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Apply on no record where there is an empty one = %v, want ErrConflict", err)
	}
}

// TestDraftCounts has writers race: none is lost, as the lease's heartbeat and the run
// rely on.
func TestDraftCounts(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 50
	d := newTestDraft(t)
	increment := func() bool {
		before, err := d.Get(t.Context(), "c", "n")
		if err != nil {
			t.Error(err)
			return true
		}
		n, _ := strconv.Atoi(string(before))
		err = d.Apply(t.Context(), store.Batch{
			If:  []store.Record{{Collection: "c", Key: "n", Value: before}},
			Put: []store.Record{{Collection: "c", Key: "n", Value: []byte(strconv.Itoa(n + 1))}},
		})
		return err == nil
	}
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				for !increment() { // until it is the one that wins
				}
			}
		})
	}
	all.Wait()
	if got, err := d.Get(t.Context(), "c", "n"); err != nil || string(got) != strconv.Itoa(writers*each) {
		t.Errorf("the count is %s, %v; want %d", got, err, writers*each)
	}
}
