// Package storetest holds every implementation of a store to one contract.
package storetest

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/store"
)

// Contract tests what callers rely on, leases included. open returns a store
// that is empty and that no other call of open has returned.
func Contract(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	tests := []struct {
		name string
		run  func(t *testing.T, s store.Store)
	}{
		{"nothing there", nothingThere},
		{"values", values},
		{"not JSON", notJSON},
		{"versions", versions},
		{"conflict", conflict},
		{"racing writers", racingWriters},
		{"lease", lease},
		{"lease taken over", leaseTakenOver},
		{"lease lost", leaseLost},
		{"racing acquirers", racingAcquirers},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, open(t))
		})
	}
}

func put(t *testing.T, s store.Store, key, value string, version uint64) store.Entry {
	t.Helper()
	e, err := s.Put(t.Context(), key, store.Entry{Value: json.RawMessage(value), Version: version})
	if err != nil {
		t.Fatalf("Put(%s) at version %d = %v", key, version, err)
	}
	return e
}

func get(t *testing.T, s store.Store, key string) store.Entry {
	t.Helper()
	e, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("Get(%s) = %v", key, err)
	}
	return e
}

func nothingThere(t *testing.T, s store.Store) {
	t.Helper()
	put(t, s, "other", `1`, 0)
	if diff := cmp.Diff(store.Entry{}, get(t, s, "k")); diff != "" {
		t.Errorf("Get of nothing is not the zero Entry (-want +got):\n%s", diff)
	}
}

// values come back as the same JSON, though not always as the same bytes.
func values(t *testing.T, s store.Store) {
	t.Helper()
	for key, value := range map[string]string{
		"number":  `1`,
		"utf-8":   `{"套餐":"Čeština <&> 🛰 \u0000"}`,
		"卡:1 {x}": `["a key is any text"]`,
		"large":   `"` + strings.Repeat("é", 1<<20) + `"`,
	} {
		put(t, s, key, value, 0)
		if diff := cmp.Diff(decoded(t, value), decoded(t, string(get(t, s, key).Value))); diff != "" {
			t.Errorf("Get(%s) after Put (-want +got):\n%.2000s", key, diff)
		}
	}
	if _, err := s.Put(t.Context(), "none", store.Entry{}); err != nil {
		t.Fatalf("Put of no value = %v", err)
	}
	if got := get(t, s, "none"); string(got.Value) != "null" || got.Version != 1 {
		t.Errorf("Get after Put of no value = %s, version %d; want null, version 1", got.Value, got.Version)
	}
}

func decoded(t *testing.T, value string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(value), &v); err != nil {
		t.Fatalf("%.100s: %v", value, err)
	}
	return v
}

func notJSON(t *testing.T, s store.Store) {
	t.Helper()
	put(t, s, "k", `1`, 0)
	if _, err := s.Put(t.Context(), "k", store.Entry{Value: json.RawMessage(`{"cut`), Version: 1}); err == nil {
		t.Error("Put of what is not JSON = nil, want an error")
	}
	if got := get(t, s, "k"); string(got.Value) != `1` || got.Version != 1 {
		t.Errorf("Get afterwards = %s, version %d; want 1, version 1", got.Value, got.Version)
	}
}

func versions(t *testing.T, s store.Store) {
	t.Helper()
	for version := range uint64(12) { // over one digit
		want := store.Entry{Value: json.RawMessage(`"v"`), Version: version + 1}
		if diff := cmp.Diff(want, put(t, s, "k", `"v"`, version)); diff != "" {
			t.Errorf("Put at version %d (-want +got):\n%s", version, diff)
		}
		if diff := cmp.Diff(want, get(t, s, "k")); diff != "" {
			t.Errorf("Get after Put at version %d (-want +got):\n%s", version, diff)
		}
	}
}

func conflict(t *testing.T, s store.Store) {
	t.Helper()
	put(t, s, "k", `"one"`, 0)
	put(t, s, "k", `"two"`, 1)
	for _, test := range []struct {
		name, key string
		version   uint64
	}{
		{"new", "k", 0},
		{"stale", "k", 1},
		{"ahead", "k", 3},
		{"of nothing", "none", 1},
	} {
		_, err := s.Put(t.Context(), test.key, store.Entry{Value: json.RawMessage(`"three"`), Version: test.version})
		if !errors.Is(err, store.ErrConflict) || !strings.Contains(err.Error(), test.key) {
			t.Errorf("%s: Put(%s) at version %d = %v, want ErrConflict that names the key", test.name, test.key, test.version, err)
		}
	}
	if got := get(t, s, "k"); string(got.Value) != `"two"` || got.Version != 2 {
		t.Errorf("Get after conflicts = %s, version %d; want \"two\", version 2", got.Value, got.Version)
	}
	if got := get(t, s, "none"); got.Version != 0 {
		t.Errorf("Get of what a conflict refused = version %d, want 0", got.Version)
	}
}

func racingWriters(t *testing.T, s store.Store) {
	t.Helper()
	var won atomic.Int32
	race(func(int) {
		_, err := s.Put(t.Context(), "k", store.Entry{Value: json.RawMessage(`1`)})
		switch {
		case err == nil:
			won.Add(1)
		case !errors.Is(err, store.ErrConflict):
			t.Errorf("Put = %v, want ErrConflict", err)
		}
	})
	if won.Load() != 1 {
		t.Errorf("%d of 20 writers at version 0 won, want 1", won.Load())
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
