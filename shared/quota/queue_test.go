package quota_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/quota"
)

// each runs a test in a bubble for each way in which a quota is kept.
func each(t *testing.T, perSecond float64, test func(t *testing.T, processes []quota.Quota)) {
	t.Helper()
	for _, fleet := range fleets {
		t.Run(fleet.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, fleet.open(t, perSecond)) })
		})
	}
}

// come has so many callers come at once, spread over the processes, and returns
// when each of them got its permit, and how many did not.
func come(ctx context.Context, processes []quota.Quota, n int, patience time.Duration) (grants []time.Duration, failed int) {
	var mu sync.Mutex
	var callers sync.WaitGroup
	start := time.Now()
	for i := range n {
		callers.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			err := processes[i%len(processes)].Wait(ctx, "A")
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed++
				return
			}
			grants = append(grants, time.Since(start))
		})
	}
	callers.Wait()
	return grants, failed
}

func TestBurstIsServedWhole(t *testing.T) {
	t.Parallel()
	each(t, 20, func(t *testing.T, processes []quota.Quota) {
		t.Helper()
		grants, failed := come(t.Context(), processes, 100, 20*time.Second)
		if last := grants[len(grants)-1]; failed > 0 || last > 5100*time.Millisecond {
			t.Errorf("of 100 callers at once %d were refused and the last waited %v, want none and 5.1s", failed, last)
		}
	})
}

// TestDisconnectedCallersTakeNothing has 400 callers leave after 300 ms.
func TestDisconnectedCallersTakeNothing(t *testing.T) {
	t.Parallel()
	each(t, 20, func(t *testing.T, processes []quota.Quota) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(300*time.Millisecond, cancel)
		come(ctx, processes, 400, 20*time.Second)
		start := time.Now()
		for _, q := range processes {
			if err := q.Wait(t.Context(), "A"); err != nil || time.Since(start) > time.Second {
				t.Errorf("next Wait = %v after %v, want nil in under a second", err, time.Since(start))
			}
		}
	})
}

// TestLeavingGivesThePermitOn has a caller leave right before its permit's time.
func TestLeavingGivesThePermitOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := quota.NewLocal(1)
		if err := q.Wait(t.Context(), "A"); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		leaving, cancel := context.WithTimeout(t.Context(), time.Hour)
		time.AfterFunc(time.Second, cancel)
		go func() { _ = q.Wait(leaving, "A") }()
		time.Sleep(900 * time.Millisecond)
		if err := q.Wait(t.Context(), "A"); err != nil || time.Since(start) > 1010*time.Millisecond {
			t.Errorf("Wait behind a caller that left = %v after %v, want its permit after about 1s", err, time.Since(start))
		}
	})
}

// TestRetryAfterIsTrue fills the queue, comes back when it was asked to, and is
// served.
func TestRetryAfterIsTrue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		waiting  int
		patience time.Duration
	}{
		{"a long queue", 200, 4 * time.Second},
		{"a short queue", 30, time.Second},
		{"nobody, and a hint", 0, time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				q := quota.NewLocal(20)
				if tt.waiting == 0 {
					q.Throttled(t.Context(), "A", 10*time.Second)
				}
				var others sync.WaitGroup
				others.Go(func() { come(t.Context(), []quota.Quota{q}, tt.waiting, time.Hour) })
				synctest.Wait()
				wait := func() error {
					ctx, cancel := context.WithTimeout(t.Context(), tt.patience)
					defer cancel()
					return q.Wait(ctx, "A")
				}
				start := time.Now()
				refused, ok := errors.AsType[*quota.ExhaustedError](wait())
				if !ok || time.Since(start) != 0 {
					t.Fatalf("Wait in a full queue = %v after %v, want an ExhaustedError at once", refused, time.Since(start))
				}
				time.Sleep(refused.RetryAfter)
				if err := wait(); err != nil {
					t.Errorf("Wait after the %v of RetryAfter = %v, want nil", refused.RetryAfter, err)
				}
				others.Wait()
			})
		})
	}
}

// TestCallTimeCounts refuses who could get a permit but no answer in time, until
// what is known of answers is old.
func TestCallTimeCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := quota.NewLocal(20)
		for range 30 {
			q.Answered("A", 1500*time.Millisecond)
		}
		wait := func(patience time.Duration) error {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			return q.Wait(ctx, "A")
		}
		refused, ok := errors.AsType[*quota.ExhaustedError](wait(time.Second))
		if !ok {
			t.Fatal("a caller of 1s was admitted to a call of 1.5s")
		}
		if err := wait(3 * time.Second); err != nil {
			t.Errorf("Wait of a caller of 3s = %v, want nil", err)
		}
		time.Sleep(refused.RetryAfter + time.Millisecond)
		if err := wait(time.Second); err != nil {
			t.Errorf("Wait after the %v of RetryAfter = %v, want nil", refused.RetryAfter, err)
		}
	})
}

// TestEvenly has many callers come to several processes at once and leave
// no second with more calls than the quota.
func TestEvenly(t *testing.T) {
	t.Parallel()
	each(t, 20, func(t *testing.T, processes []quota.Quota) {
		t.Helper()
		grants, _ := come(t.Context(), processes, 200, time.Hour)
		for i := 20; i < len(grants); i++ {
			if grants[i]-grants[i-20] < time.Second {
				t.Errorf("calls %d to %d came within %v", i-20, i, grants[i]-grants[i-20])
			}
		}
	})
}
