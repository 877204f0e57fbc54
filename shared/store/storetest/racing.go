package storetest

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"signalbox/shared/store"
)

func racingWriters(t *testing.T, s store.Store) {
	t.Helper()
	var won atomic.Int32
	race(func(i int) {
		err := s.Apply(t.Context(), store.Batch{If: []store.Record{none("c", "k")}, Put: []store.Record{record("c", "k", strconv.Itoa(i))}})
		switch {
		case err == nil:
			won.Add(1)
		case !errors.Is(err, store.ErrConflict):
			t.Errorf("Apply = %v, want ErrConflict", err)
		}
	})
	if won.Load() != 1 {
		t.Errorf("%d of 20 writers of one new record won, want 1", won.Load())
	}
}

// racingCounters also has the first batches of a new state race: none conflicts
// but with one that writes the same record.
func racingCounters(t *testing.T, s store.Store) {
	t.Helper()
	race(func(i int) {
		put(t, s, record("own", strconv.Itoa(i), "1"))
		for {
			old, err := s.Get(t.Context(), "c", "count")
			if err != nil {
				t.Errorf("Get = %v", err)
				return
			}
			err = s.Apply(t.Context(), store.Batch{
				If:  []store.Record{{Collection: "c", Key: "count", Value: old}},
				Put: []store.Record{record("c", "count", string(old)+"|")},
			})
			if err == nil {
				return
			}
			if !errors.Is(err, store.ErrConflict) {
				t.Errorf("Apply = %v, want ErrConflict", err)
				return
			}
		}
	})
	wantValue(t, s, record("c", "count", strings.Repeat("|", 20)))
}

func cancelled(t *testing.T, s store.Store) {
	t.Helper()
	put(t, s, record("c", "a", "1"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, getErr := s.Get(ctx, "c", "a")
	_, listErr := s.List(ctx, "c")
	applyErr := s.Apply(ctx, store.Batch{Put: []store.Record{none("c", "a")}})
	for call, err := range map[string]error{"Get": getErr, "List": listErr, "Apply": applyErr, "Check": s.Check(ctx)} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context = %v, want context.Canceled", call, err)
		}
	}
	wantList(t, s, "c", record("c", "a", "1"))
}

func closed(t *testing.T, s store.Store) {
	t.Helper()
	put(t, s, record("c", "a", "1"))
	if err := s.Close(); err != nil {
		t.Fatalf("Close = %v", err)
	}
	_, getErr := s.Get(t.Context(), "c", "a")
	applyErr := s.Apply(t.Context(), store.Batch{Put: []store.Record{none("c", "a")}})
	for call, err := range map[string]error{"Get": getErr, "Apply": applyErr, "Check": s.Check(t.Context())} {
		if err == nil {
			t.Errorf("%s after Close = nil, want an error", call)
		}
	}
}

// race runs 20 at once.
func race(run func(i int)) {
	var racers sync.WaitGroup
	start := make(chan struct{})
	for i := range 20 {
		racers.Go(func() {
			<-start
			run(i)
		})
	}
	close(start)
	racers.Wait()
}
