package storetest

import (
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/shared/store"
)

const ttl = 15 * time.Minute

// minute is a time of day, for leases that are told the time.
func minute(n int) time.Time {
	return time.Date(2026, 11, 22, 8, n, 0, 0, time.FixedZone("", 8*60*60))
}

func acquire(t *testing.T, s store.Store, holder string, at int) *store.Lease {
	t.Helper()
	l, err := store.Acquire(t.Context(), s, "sweep", holder, minute(at), ttl)
	if err != nil {
		t.Fatalf("Acquire for %s at minute %d = %v", holder, at, err)
	}
	return l
}

// lease asks in the order of the table; a lease is never given back.
func lease(t *testing.T, s store.Store) {
	t.Helper()
	for _, test := range []struct {
		name   string
		holder string
		at     int
		ttl    time.Duration
		want   string // in the error; empty: none
	}{
		{"without a name", "", 0, ttl, "needs a holder"},
		{"without a length", "a", 0, 0, "needs a holder and a length"},
		{"first", "a", 0, ttl, ""},
		{"another", "b", 0, ttl, `"a" until 2026-11-22T00:15:00Z`},
		{"another at the last moment", "b", 14, ttl, `"a" until`},
		{"the same renews", "a", 14, ttl, ""},
		{"another, after the renewal", "b", 15, ttl, `"a" until 2026-11-22T00:29:00Z`},
		{"another, when it has ended", "b", 29, ttl, ""},
		{"the first, too late", "a", 29, ttl, `"b" until 2026-11-22T00:44:00Z`},
		{"a name that breaks lines", "c\nlevel=ERROR", 44, ttl, ""},
		{"is quoted", "d", 45, ttl, `"c\nlevel=ERROR"`},
	} {
		_, err := store.Acquire(t.Context(), s, "sweep", test.holder, minute(test.at), test.ttl)
		refused := test.want != ""
		switch {
		case refused != (err != nil), refused && !strings.Contains(err.Error(), test.want):
			t.Fatalf("%s: Acquire = %v, want %q", test.name, err, test.want)
		case errors.Is(err, store.ErrHeld) != (refused && test.holder != "" && test.ttl != 0):
			t.Errorf("%s: Acquire = %v, which is ErrHeld where nobody holds it, or the other way round", test.name, err)
		}
	}
	if _, err := store.Acquire(t.Context(), s, "summary", "e", minute(45), ttl); err != nil {
		t.Errorf("Acquire of another key = %v, want nil", err)
	}
}

func leaseTakenOver(t *testing.T, s store.Store) {
	t.Helper()
	a := acquire(t, s, "a", 0)
	if err := a.Renew(t.Context(), minute(10)); err != nil {
		t.Fatalf("Renew = %v", err)
	}
	if _, err := store.Acquire(t.Context(), s, "sweep", "b", minute(24), ttl); !errors.Is(err, store.ErrHeld) {
		t.Errorf("Acquire of a renewed lease = %v, want ErrHeld", err)
	}
	if err := a.Renew(t.Context(), minute(30)); err != nil {
		t.Errorf("Renew of a lease that ended and that nobody took = %v, want nil", err)
	}
	b := acquire(t, s, "b", 45)
	for name, err := range map[string]error{
		"Renew":                 a.Renew(t.Context(), minute(46)),
		"Renew after b's ended": a.Renew(t.Context(), minute(99)),
		"Release":               a.Release(t.Context()),
	} {
		if !errors.Is(err, store.ErrHeld) || !strings.Contains(err.Error(), "sweep") {
			t.Errorf("%s of a lease that was taken over = %v, want ErrHeld that names the key", name, err)
		}
	}
	if err := b.Renew(t.Context(), minute(47)); err != nil {
		t.Errorf("Renew by the one who took over = %v, want nil", err)
	}
}

func leaseLost(t *testing.T, s store.Store) {
	t.Helper()
	a := acquire(t, s, "a", 0)
	if err := a.Release(t.Context()); err != nil {
		t.Fatalf("Release = %v", err)
	}
	if err := a.Renew(t.Context(), minute(1)); !errors.Is(err, store.ErrHeld) {
		t.Errorf("Renew of a released lease = %v, want ErrHeld", err)
	}
	b := acquire(t, s, "b", 1)
	acquire(t, s, "b", 2)
	if err := b.Renew(t.Context(), minute(3)); !errors.Is(err, store.ErrHeld) {
		t.Errorf("Renew of a lease that its holder acquired anew = %v, want ErrHeld", err)
	}
	put(t, s, "broken", `"text"`, 0)
	if _, err := store.Acquire(t.Context(), s, "broken", "a", minute(0), ttl); err == nil || errors.Is(err, store.ErrHeld) {
		t.Errorf("Acquire over what is not a lease = %v, want an error that is not ErrHeld", err)
	}
}

func racingAcquirers(t *testing.T, s store.Store) {
	t.Helper()
	acquire(t, s, "before", -15) // has just ended
	var won atomic.Int32
	race(func(i int) {
		_, err := store.Acquire(t.Context(), s, "sweep", strconv.Itoa(i), minute(0), ttl)
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
