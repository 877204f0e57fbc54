package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/store"
)

const length = time.Minute

// faulty is a store whose Apply first does what a test wants.
type faulty struct {
	store.Store
	before func(ctx context.Context) error
}

func (f *faulty) Apply(ctx context.Context, b store.Batch) error {
	if f.before != nil {
		if err := f.before(ctx); err != nil {
			return err
		}
	}
	return f.Store.Apply(ctx, b)
}

// wait takes a while, or as long as ctx lets it.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func fileStore(t *testing.T) store.Store {
	t.Helper()
	return openStore(t, store.Config{File: filepath.Join(t.TempDir(), "state.db")})
}

func acquire(t *testing.T, s store.Store, now func() time.Time) *store.Lease {
	t.Helper()
	l, err := store.Acquire(t.Context(), s, store.LeaseConfig{Name: "sweep", Length: length, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func wantHeld(t *testing.T, s store.Store) {
	t.Helper()
	if _, err := store.Acquire(t.Context(), s, store.LeaseConfig{Name: "sweep", Length: length}); !errors.Is(err, store.ErrHeld) {
		t.Errorf("Acquire beside a holder = %v, want ErrHeld", err)
	}
}

func fenced(t *testing.T, s store.Store, l *store.Lease) error {
	t.Helper()
	return s.Apply(t.Context(), store.Batch{If: []store.Record{l.Fence()}, Put: []store.Record{{Collection: "c", Key: "k", Value: []byte("1")}}})
}

// TestHeartbeat has a store that misbehaves for some of the time, from the
// beginning of the heartbeat.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	down := errors.New("the store is down")
	tests := []struct {
		name   string
		before func(ctx context.Context, since time.Duration) error
		lost   time.Duration // 0: never
	}{
		{"sound", func(context.Context, time.Duration) error { return nil }, 0},
		{"slow", func(ctx context.Context, _ time.Duration) error { return wait(ctx, length/7) }, 0},
		{"down for a while", func(_ context.Context, since time.Duration) error {
			if since < length-6*time.Second {
				return down
			}
			return nil
		}, 0},
		{"down now and then", func(_ context.Context, since time.Duration) error {
			if since%(5*length) < 30*time.Second {
				return down
			}
			return nil
		}, 0},
		{"down", func(context.Context, time.Duration) error { return down }, length},
		{"down from the fifth minute", func(_ context.Context, since time.Duration) error {
			if since > 4*length {
				return down
			}
			return nil
		}, 5 * length},
		{"hanging", func(ctx context.Context, _ time.Duration) error { return wait(ctx, 24*time.Hour) }, length},
		{"hanging without regard for its context", func(context.Context, time.Duration) error {
			time.Sleep(3 * length)
			return down
		}, length},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				inner := fileStore(t)
				start := time.Now()
				s := &faulty{Store: inner}
				l := acquire(t, s, nil)
				s.before = func(ctx context.Context) error { return test.before(ctx, time.Since(start)) }
				kept, stop := l.Keep(t.Context())
				defer stop()
				select {
				case <-kept.Done():
					if took := time.Since(start); took != test.lost || !errors.Is(context.Cause(kept), store.ErrLost) {
						t.Errorf("lost after %v, %v; want ErrLost after %v", took, context.Cause(kept), test.lost)
					}
				case <-time.After(20 * length):
					if test.lost != 0 {
						t.Errorf("not lost after %v, want it lost after %v", 20*length, test.lost)
					}
					wantHeld(t, inner)
					if err := fenced(t, inner, l); err != nil {
						t.Errorf("Apply with the fence = %v, want nil", err)
					}
				}
			})
		})
	}
}

func TestHeartbeatStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		s := &faulty{Store: fileStore(t)}
		l := acquire(t, s, nil)
		s.before = func(ctx context.Context) error {
			calls++
			return wait(ctx, time.Second)
		}
		kept, stop := l.Keep(t.Context())
		time.Sleep(length/3 + time.Millisecond) // a renewal is under way
		stop()
		stop()
		if cause := context.Cause(kept); !errors.Is(cause, context.Canceled) || errors.Is(cause, store.ErrLost) {
			t.Errorf("cause after stop = %v, want context.Canceled", cause)
		}
		if err := l.Release(t.Context()); err != nil {
			t.Errorf("Release = %v, want nil", err)
		}
		before := calls
		time.Sleep(5 * length)
		if calls != before {
			t.Errorf("%d calls of the store after stop, want none", calls-before)
		}
	})
}

// TestHeartbeatEndsWithItsContext has the caller leave without a word: others
// wait for the end of the lease and no longer.
func TestHeartbeatEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := fileStore(t)
		ctx, cancel := context.WithCancel(t.Context())
		_, stop := acquire(t, s, nil).Keep(ctx)
		defer stop()
		time.Sleep(5*length + time.Second)
		cancel()
		wantHeld(t, s)
		time.Sleep(length)
		acquire(t, s, nil)
	})
}

// TestHolderKilled has a holder that never says another word.
func TestHolderKilled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := fileStore(t)
		killed := acquire(t, s, nil)
		time.Sleep(length - time.Second)
		wantHeld(t, s)
		time.Sleep(time.Second)
		next := acquire(t, s, nil)
		if err := fenced(t, s, killed); !errors.Is(err, store.ErrConflict) {
			t.Errorf("Apply with the fence of the killed holder = %v, want ErrConflict", err)
		}
		if err := fenced(t, s, next); err != nil {
			t.Errorf("Apply with the fence of the next = %v, want nil", err)
		}
	})
}

// TestHeartbeatTakenOver has another run, whose clock is ahead, take the lease.
func TestHeartbeatTakenOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := fileStore(t)
		start := time.Now()
		l := acquire(t, s, nil)
		kept, stop := l.Keep(t.Context())
		defer stop()
		time.Sleep(length / 2)
		other := acquire(t, s, func() time.Time { return time.Now().Add(5 * length) })
		if err := fenced(t, s, l); !errors.Is(err, store.ErrConflict) {
			t.Errorf("Apply with the old fence = %v, want ErrConflict", err)
		}
		<-kept.Done()
		if took := time.Since(start); took != 2*length/3 || !errors.Is(context.Cause(kept), store.ErrLost) {
			t.Errorf("cancelled after %v: %v; want ErrLost with the next heartbeat", took, context.Cause(kept))
		}
		if err := l.Release(t.Context()); err != nil {
			t.Errorf("Release of the lost lease = %v, want nil", err)
		}
		if err := fenced(t, s, other); err != nil {
			t.Errorf("Apply by the one who took over = %v, want nil", err)
		}
	})
}

// TestHeartbeatClockSteps has the holder's clock set while it holds the lease: it
// keeps it unless others, whose clocks are right, take it to have ended.
func TestHeartbeatClockSteps(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]time.Duration{"ahead": time.Hour, "back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := fileStore(t)
				start := time.Now()
				l := acquire(t, s, func() time.Time {
					now := time.Now()
					if since := now.Sub(start); since > 2*length && since < 10*length {
						return now.Add(step)
					}
					return now
				})
				kept, stop := l.Keep(t.Context())
				defer stop()
				time.Sleep(20*length + time.Second)
				if err := kept.Err(); err != nil {
					t.Fatalf("lost by a clock that was set: %v", context.Cause(kept))
				}
				wantHeld(t, s)
			})
		})
	}
}
