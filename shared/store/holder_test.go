package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"signalbox/shared/store"
)

func TestHolder(t *testing.T) {
	t.Parallel()
	s, err := store.Open(store.Config{File: filepath.Join(t.TempDir(), "state.db"), Namespace: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Now()
	want := func(when string, at time.Time, held bool) {
		holder, until, err := store.Holder(t.Context(), s, "run", at)
		if err != nil || (holder != "") != held || held && !until.Equal(now.Add(time.Minute)) {
			t.Errorf("Holder %s = %q until %s, %v; want one: %t", when, holder, until, err, held)
		}
	}
	want("of an empty state", now, false)
	lease, err := store.Acquire(t.Context(), s, store.LeaseConfig{Name: "run", Length: time.Minute, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	want("while it is held", now, true)
	want("after its end", now.Add(time.Minute), false)
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	want("after its release", now, false)
}
