package storetest

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/shared/store"
)

const length = 10 * time.Minute

// at returns a clock that stands still some minutes after eight.
func at(minutes int) func() time.Time {
	now := time.Date(2026, 11, 22, 8, minutes, 0, 0, time.UTC)
	return func() time.Time { return now }
}

func config(now func() time.Time) store.LeaseConfig {
	return store.LeaseConfig{Name: "sweep", Length: length, Now: now}
}

func acquire(t *testing.T, s store.Store, minutes int) *store.Lease {
	t.Helper()
	l, err := store.Acquire(t.Context(), s, config(at(minutes)))
	if err != nil {
		t.Fatalf("Acquire at minute %d = %v", minutes, err)
	}
	return l
}

func wantHeld(t *testing.T, s store.Store, minutes int) {
	t.Helper()
	if _, err := store.Acquire(t.Context(), s, config(at(minutes))); !errors.Is(err, store.ErrHeld) {
		t.Errorf("Acquire at minute %d = %v, want ErrHeld", minutes, err)
	}
}

// fenced writes a record under the fence of l.
func fenced(t *testing.T, s store.Store, l *store.Lease) error {
	t.Helper()
	return s.Apply(t.Context(), store.Batch{If: []store.Record{l.Fence()}, Put: []store.Record{record("c", "k", "1")}})
}

func lease(t *testing.T, s store.Store) {
	t.Helper()
	acquire(t, s, 0)
	wantHeld(t, s, 0)
	_, err := store.Acquire(t.Context(), s, config(at(9)))
	if !errors.Is(err, store.ErrHeld) || !strings.Contains(err.Error(), "sweep") || !strings.Contains(err.Error(), "2026-11-22T08:10:00Z") {
		t.Errorf("Acquire = %v, want ErrHeld that names the lease and its end", err)
	}
	if _, err := store.Acquire(t.Context(), s, store.LeaseConfig{Name: "other", Length: length, Now: at(9)}); err != nil {
		t.Errorf("Acquire of another lease = %v, want nil", err)
	}
	acquire(t, s, 10)
}

func leaseFences(t *testing.T, s store.Store) {
	t.Helper()
	l := acquire(t, s, 0)
	for range 2 {
		if err := fenced(t, s, l); err != nil {
			t.Fatalf("Apply with the fence = %v", err)
		}
	}
	if err := l.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := fenced(t, s, l); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Apply after Release = %v, want ErrConflict", err)
	}
}

func leaseTakenOver(t *testing.T, s store.Store) {
	t.Helper()
	a := acquire(t, s, 0)
	b := acquire(t, s, 11)
	if err := fenced(t, s, a); !errors.Is(err, store.ErrConflict) {
		t.Errorf("Apply with the fence of a lease that was taken over = %v, want ErrConflict", err)
	}
	if err := fenced(t, s, b); err != nil {
		t.Errorf("Apply by the one who took over = %v, want nil", err)
	}
	if err := a.Release(t.Context()); err != nil {
		t.Errorf("Release of a lease that was taken over = %v, want nil", err)
	}
	wantHeld(t, s, 12)
}

// leaseByWrongClock has a holder whose clock is ahead: a little is respected, and
// more than that does not keep others out for ever.
func leaseByWrongClock(t *testing.T, s store.Store) {
	t.Helper()
	acquire(t, s, 10)
	wantHeld(t, s, 0)
	acquire(t, s, -1)
	wantHeld(t, s, 0)
	b := acquire(t, s, 20)
	if err := fenced(t, s, b); err != nil {
		t.Errorf("Apply = %v, want nil", err)
	}
}

func leaseReleased(t *testing.T, s store.Store) {
	t.Helper()
	a := acquire(t, s, 0)
	for range 2 {
		if err := a.Release(t.Context()); err != nil {
			t.Errorf("Release = %v, want nil", err)
		}
	}
	b := acquire(t, s, 0)
	if err := a.Release(t.Context()); err != nil {
		t.Errorf("Release after another run took it = %v, want nil", err)
	}
	if err := fenced(t, s, b); err != nil {
		t.Errorf("Apply = %v, want nil", err)
	}
}

func leaseRefused(t *testing.T, s store.Store) {
	t.Helper()
	for _, c := range []store.LeaseConfig{{Length: length}, {Name: "sweep"}, {Name: "sweep", Length: -1}} {
		if _, err := store.Acquire(t.Context(), s, c); err == nil || errors.Is(err, store.ErrHeld) {
			t.Errorf("Acquire(%q, %v) = %v, want an error that is not ErrHeld", c.Name, c.Length, err)
		}
	}
	acquire(t, s, 0)
	put(t, s, record("leases", "sweep/end", "soon"))
	_, err := store.Acquire(t.Context(), s, config(at(60)))
	if _, ok := errors.AsType[*store.DamagedError](err); !ok {
		t.Errorf("Acquire of what is not a lease = %v, want a DamagedError", err)
	}
}

func racingAcquirers(t *testing.T, s store.Store) {
	t.Helper()
	acquire(t, s, -15) // has just ended
	var won atomic.Int32
	race(func(int) {
		_, err := store.Acquire(t.Context(), s, config(at(0)))
		switch {
		case err == nil:
			won.Add(1)
		case !errors.Is(err, store.ErrHeld):
			t.Errorf("Acquire = %v, want ErrHeld", err)
		}
	})
	if won.Load() != 1 {
		t.Errorf("%d of 20 acquired the lease, want 1", won.Load())
	}
}
