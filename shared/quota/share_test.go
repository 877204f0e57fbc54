package quota_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"signalbox/internal/testsize"
	"signalbox/shared/quota"
)

// TestFloorOfSweeps has lookups want three times the quota while a sweep goes on,
// in the same process or in others.
func TestFloorOfSweeps(t *testing.T) {
	t.Parallel()
	each(t, 20, func(t *testing.T, processes []quota.Quota) {
		t.Helper()
		const span = time.Minute
		s := &service{limit: 1000}
		ctx, cancel := context.WithTimeout(t.Context(), span)
		defer cancel()
		var sweep sync.WaitGroup
		sweep.Go(func() {
			use(ctx, quota.Background{Quota: processes[len(processes)-1]}, s, 16, 100*time.Millisecond)
		})
		o := load{perSecond: 60, span: span, deadlines: []time.Duration{20 * time.Second}, upstream: 100 * time.Millisecond}.run(t.Context(), processes)
		sweep.Wait()
		part := float64(len(s.accepted)) / permits(span)
		t.Logf("the sweep has %.3f of the quota, lookups %.3f", part, float64(o.all())/permits(span))
		if part < 0.045 || part > 0.09 {
			t.Errorf("the sweep has %.3f of the quota, want its twentieth", part)
		}
	})
}

// TestLookupsFirstAtEveryPace believes 1000 a second where there is 1, and looks up
// while a sweep of 64 goes on in another process, if there is one.
func TestLookupsFirstAtEveryPace(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, testsize.Of(50, 500)} {
		t.Run(fmt.Sprint(limit, " a second"), func(t *testing.T) {
			t.Parallel()
			each(t, 1000, func(t *testing.T, processes []quota.Quota) {
				t.Helper()
				s := &service{limit: limit}
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				defer cancel()
				var sweep sync.WaitGroup
				sweep.Go(func() {
					use(ctx, quota.Background{Quota: processes[len(processes)-1]}, s, 64, 10*time.Millisecond)
				})
				time.Sleep(30 * time.Second)
				longest := 200*time.Millisecond + 2100*time.Millisecond/time.Duration(limit)
				for range 10 {
					time.Sleep(5 * time.Second)
					start := time.Now()
					if err := processes[0].Wait(ctx, "A"); err != nil || time.Since(start) > longest {
						t.Errorf("Wait of a lookup = %v after %v, want nil in %v", err, time.Since(start), longest)
					}
					if !s.call(time.Now()) {
						processes[0].Throttled(ctx, "A", 0)
					}
				}
				cancel()
				sweep.Wait()
			})
		})
	}
}

// TestOneCallerAtATime has callers of 2 s alone share a quota of 1 a second.
func TestOneCallerAtATime(t *testing.T) {
	t.Parallel()
	each(t, 1, func(t *testing.T, processes []quota.Quota) {
		t.Helper()
		l := load{perSecond: 10, span: time.Minute, deadlines: []time.Duration{2 * time.Second}, upstream: 100 * time.Millisecond}
		o := l.run(t.Context(), processes)
		if o.all() < 54 {
			t.Errorf("%d of 60 permits ended in an answer that was read, want nine in ten", o.all())
		}
	})
}

// TestBackgroundOfOneCall has the class come with the call.
func TestBackgroundOfOneCall(t *testing.T) {
	t.Parallel()
	each(t, 1, func(t *testing.T, processes []quota.Quota) {
		t.Helper()
		_ = processes[0].Wait(t.Context(), "A")
		var order []string
		var mu sync.Mutex
		var callers sync.WaitGroup
		for _, name := range []string{"batch", "lookup"} {
			callers.Go(func() {
				ctx := t.Context()
				if name == "batch" {
					ctx = quota.InBackground(ctx)
				} else {
					time.Sleep(100 * time.Millisecond)
				}
				if err := processes[0].Wait(ctx, "A"); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				order = append(order, name)
			})
		}
		callers.Wait()
		if order[0] != "lookup" {
			t.Errorf("%v came first, want the lookup", order[0])
		}
	})
}

// TestBackgroundIsNotRefused has more callers in the background than a standing
// queue of others would take.
func TestBackgroundIsNotRefused(t *testing.T) {
	t.Parallel()
	each(t, 20, func(t *testing.T, processes []quota.Quota) {
		t.Helper()
		s := &service{limit: 1000}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		var sweep sync.WaitGroup
		for range 100 {
			sweep.Go(func() {
				for ctx.Err() == nil {
					err := processes[0].Wait(quota.InBackground(ctx), "A")
					if exhausted, ok := errors.AsType[*quota.ExhaustedError](err); ok {
						if left, _ := ctx.Deadline(); time.Until(left) > 10*time.Second {
							t.Errorf("%v with %v left", exhausted, time.Until(left))
						}
						return
					}
					s.call(time.Now())
				}
			})
		}
		sweep.Wait()
	})
}
