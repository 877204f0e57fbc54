package quota_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/quota"
)

// TestLift has one of a hundred callers in the background lifted: it waits no longer
// than a caller of the foreground does.
func TestLift(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		local := quota.NewLocal(20)
		s := &service{limit: 20}
		background := quota.InBackground(t.Context())
		crowded, cancel := context.WithTimeout(background, 30*time.Second)
		defer cancel()
		var crowd sync.WaitGroup
		crowd.Go(func() { use(crowded, local, s, 100, time.Millisecond) })
		time.Sleep(5 * time.Second)
		ctx, lift := quota.WithLift(background)
		if !quota.IsInBackground(ctx) {
			t.Error("a context that can be lifted is not in the background, want that it is until then")
		}
		start := time.Now()
		time.AfterFunc(time.Second, lift)
		if err := local.Wait(ctx, "A"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < time.Second || took > 1200*time.Millisecond {
			t.Errorf("a caller that was lifted after 1s waited %v, want at most 0.2s more", took)
		}
		lift()
		start = time.Now()
		if err := local.Wait(ctx, "A"); err != nil || quota.IsInBackground(ctx) {
			t.Fatalf("Wait = %v, in the background: %v; want neither", err, quota.IsInBackground(ctx))
		}
		if took := time.Since(start); took > 200*time.Millisecond {
			t.Errorf("the second call of a caller that was lifted waited %v, want at most 0.2s", took)
		}
		cancel()
		crowd.Wait()
	})
}

// TestLiftedCallerLeaves wants its place in the queue to be free again.
func TestLiftedCallerLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		local := quota.NewLocal(1)
		if err := local.Wait(t.Context(), "A"); err != nil {
			t.Fatal(err)
		}
		ctx, lift := quota.WithLift(quota.InBackground(t.Context()))
		ctx, cancel := context.WithCancel(ctx)
		left := make(chan error)
		go func() { left <- local.Wait(ctx, "A") }()
		synctest.Wait()
		lift()
		synctest.Wait()
		cancel()
		if err := <-left; err == nil {
			t.Error("Wait of a caller that has left = nil, want an error")
		}
		start := time.Now()
		if err := local.Wait(t.Context(), "A"); err != nil || time.Since(start) > 1100*time.Millisecond {
			t.Errorf("the next caller waited %v, %v; want one permit's time", time.Since(start), err)
		}
	})
}
