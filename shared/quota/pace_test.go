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

// service counts calls as Alibaba does: so many in any one second, no more.
type service struct {
	mu       sync.Mutex
	limit    int
	accepted []time.Time
	refused  []time.Time
}

func (s *service) call(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.accepted) >= s.limit && now.Sub(s.accepted[len(s.accepted)-s.limit]) < time.Second {
		s.refused = append(s.refused, now)
		return false
	}
	s.accepted = append(s.accepted, now)
	return true
}

func (s *service) set(limit int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = limit
}

// between counts the entries of a list in a span of time.
func between(list []time.Time, from, to time.Time) int {
	n := 0
	for _, t := range list {
		if !t.Before(from) && t.Before(to) {
			n++
		}
	}
	return n
}

// use has waiters call the service through q for as long as it takes; the answer
// takes latency to come back.
func use(ctx context.Context, q quota.Quota, s *service, waiters int, latency time.Duration) {
	var all sync.WaitGroup
	for range waiters {
		all.Go(func() {
			for await(ctx, q) == nil {
				accepted := s.call(time.Now())
				time.Sleep(latency)
				if !accepted {
					q.Throttled(ctx, "A", 0)
				}
			}
		})
	}
	all.Wait()
}

// await waits for a permit, and comes back when it is asked to.
func await(ctx context.Context, q quota.Quota) error {
	for {
		err := q.Wait(ctx, "A")
		exhausted, ok := errors.AsType[*quota.ExhaustedError](err)
		if !ok {
			return err
		}
		select {
		case <-time.After(exhausted.RetryAfter):
		case <-ctx.Done():
			return err
		}
	}
}

// TestPaceFindsASmallerQuota believes 20 a second where there are 12, and later
// 20 again.
func TestPaceFindsASmallerQuota(t *testing.T) {
	t.Parallel()
	for _, latency := range []time.Duration{time.Millisecond, 300 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			s := &service{limit: 12}
			start := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			time.AfterFunc(2*time.Minute, func() { s.set(20) })
			use(ctx, quota.NewLocal(20), s, 16, latency)

			settled, raised := start.Add(10*time.Second), start.Add(2*time.Minute)
			calls := between(s.accepted, settled, raised)
			refused := between(s.refused, settled, raised)
			if rate := float64(calls) / 110; rate < 11 || rate > 12 {
				t.Errorf("latency %v: %.2f calls a second after 10s, want 11 to 12", latency, rate)
			}
			if share := float64(refused) / float64(calls+refused); share > 0.02 {
				t.Errorf("latency %v: %.1f %% of calls throttled after 10s, want under 2 %%", latency, share*100)
			}
			if n := between(s.accepted, start.Add(3*time.Minute-10*time.Second), start.Add(3*time.Minute)); n < 195 {
				t.Errorf("latency %v: %d calls in the last 10s, a minute after the quota was raised; want 20 a second", latency, n)
			}
		})
	}
}

func TestThrottledWithAHintCloses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := quota.NewLocal(20)
		q.Throttled(t.Context(), "A", 3*time.Second)
		start := time.Now()
		if err := q.Wait(t.Context(), "A"); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("Wait after a hint of 3s = %v after %v", err, time.Since(start))
		}
		if err := q.Wait(t.Context(), "B"); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("Wait of another action = %v after %v, want no wait", err, time.Since(start)-3*time.Second)
		}
	})
}
