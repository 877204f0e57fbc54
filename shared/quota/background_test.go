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

// TestLookupsComeBeforeSweeps has a sweep of 100 waiters use the whole quota, and
// lookups in between that wait no longer than a few permits.
func TestLookupsComeBeforeSweeps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		local := quota.NewLocal(20)
		s := &service{limit: 20}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var sweep sync.WaitGroup
		sweep.Go(func() { use(ctx, local.Background(), s, 100, time.Millisecond) })
		time.Sleep(5 * time.Second)
		for range 20 {
			time.Sleep(time.Second)
			start := time.Now()
			if err := local.Wait(ctx, "A"); err != nil {
				t.Fatal(err)
			}
			s.call(time.Now())
			if took := time.Since(start); took > 200*time.Millisecond {
				t.Errorf("a lookup waited %v behind the sweep, want at most 0.2s", took)
			}
		}
		sweep.Wait()
		if n := len(s.accepted); n < 588 || len(s.refused) != 0 {
			t.Errorf("%d calls in 30s and %d refused, want at least 98 %% of 600 and none", n, len(s.refused))
		}
	})
}

func TestBackgroundAtHighSpeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &service{limit: 2000}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		use(ctx, quota.NewLocal(2000).Background(), s, 64, time.Millisecond)
		if n := len(s.accepted); n < 9800 || len(s.refused) != 0 {
			t.Errorf("%d calls in 5s and %d refused, want at least 98 %% of 10000 and none", n, len(s.refused))
		}
	})
}

func TestBackgroundDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := quota.NewLocal(1).Background()
		if err := q.Wait(t.Context(), "A"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		start := time.Now()
		if _, ok := errors.AsType[*quota.ExhaustedError](q.Wait(ctx, "A")); !ok || time.Since(start) != 0 {
			t.Error("Wait past the deadline is not an ExhaustedError at once")
		}
		if err := q.Wait(t.Context(), "A"); err != nil || time.Since(start) > 1010*time.Millisecond {
			t.Errorf("next Wait = %v after %v, want nil after about 1s", err, time.Since(start))
		}
	})
}
