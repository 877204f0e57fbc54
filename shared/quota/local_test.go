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

func TestLocalSpacesCallsEvenly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		local := quota.NewLocal(20)
		start := time.Now()
		var waiters sync.WaitGroup
		var mu sync.Mutex
		var grants []time.Duration
		for range 61 {
			waiters.Go(func() {
				if err := local.Wait(t.Context(), "List"); err != nil {
					t.Errorf("Wait = %v, want nil", err)
				}
				mu.Lock()
				defer mu.Unlock()
				grants = append(grants, time.Since(start))
			})
		}
		waiters.Wait()
		if got := time.Since(start); got < 3*time.Second || got > 3030*time.Millisecond {
			t.Errorf("61 calls at 20/s took %v, want 3s and at most 1%% more", got)
		}
		for i := 20; i < len(grants); i++ {
			if grants[i]-grants[i-20] < time.Second {
				t.Errorf("calls %d to %d came within %v", i-20, i, grants[i]-grants[i-20])
			}
		}
	})
}

func TestLocalKeepsActionsApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		local := quota.NewLocal(1)
		start := time.Now()
		for _, action := range []string{"A", "B", "C"} {
			if err := local.Wait(t.Context(), action); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("first calls of three actions took %v, want no wait", took)
		}
	})
}

func TestLocalDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		local := quota.NewLocal(1)
		if err := local.Wait(t.Context(), "A"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		start := time.Now()
		err := local.Wait(ctx, "A")
		exhausted, ok := errors.AsType[*quota.ExhaustedError](err)
		if !ok || exhausted.RetryAfter.Round(10*time.Millisecond) != 1010*time.Millisecond || time.Since(start) != 0 {
			t.Fatalf("Wait past the deadline = %v after %v, want an ExhaustedError of 1s at once", err, time.Since(start))
		}
		// The permit that was not taken must not be lost to the next caller.
		if err := local.Wait(t.Context(), "A"); err != nil || time.Since(start) > 1010*time.Millisecond {
			t.Errorf("next Wait = %v after %v, want nil after about 1s", err, time.Since(start))
		}
	})
}

func TestLocalCancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		local := quota.NewLocal(0.1)
		_ = local.Wait(t.Context(), "A")
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		if err := local.Wait(ctx, "A"); !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("cancelled Wait = %v after %v, want context.Canceled after 1s", err, time.Since(start))
		}
	})
}
