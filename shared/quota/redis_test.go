package quota_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signalbox/shared/logging"
	"signalbox/shared/quota"
)

func openRedis(t *testing.T, address string, perSecond float64, log *strings.Builder) quota.Quota {
	t.Helper()
	q, err := quota.Open(quota.Config{
		RedisURL: "redis://" + address, Account: "a", PerSecond: perSecond, Share: 0.5, Logger: logging.New(log, nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestRedisSharesOneQuota has four processes that know of each other only through
// Redis.
func TestRedisSharesOneQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		if n := spend(t.Context(), processes(t, bubbleRedis(t), 4, 50), 3*time.Second)[0]; n < 145 || n > 151 {
			t.Errorf("four processes made %d calls in 3s, want the 150 of one quota", n)
		}
	})
}

func TestRedisDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := processes(t, bubbleRedis(t), 1, 1)[0]
		if err := q.Wait(t.Context(), "A"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		start := time.Now()
		exhausted, ok := errors.AsType[*quota.ExhaustedError](q.Wait(ctx, "A"))
		if !ok || exhausted.RetryAfter.Round(100*time.Millisecond) != time.Second || time.Since(start) != 0 {
			t.Errorf("Wait past the deadline = %v after %v, want an ExhaustedError of about 1s at once", exhausted, time.Since(start))
		}
	})
}

func TestRedisThrottledSlowsEveryClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		both := processes(t, bubbleRedis(t), 2, 100)
		both[0].Throttled(t.Context(), "A", 400*time.Millisecond)
		start := time.Now()
		if err := both[1].Wait(t.Context(), "A"); err != nil || time.Since(start) < 400*time.Millisecond {
			t.Errorf("Wait of the other client = %v after %v, want it after the 0.4s that Alibaba asked for", err, time.Since(start))
		}
	})
}

func TestRedisUnavailable(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	var log strings.Builder
	q := openRedis(t, server.Addr(), 200, &log)
	wait := func(n int) {
		t.Helper()
		for range n {
			if err := q.Wait(t.Context(), "A"); err != nil {
				t.Fatalf("Wait = %v, want nil whatever becomes of Redis", err)
			}
		}
	}
	wait(5)
	server.Close()
	wait(20)
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for !strings.Contains(log.String(), "available again") && time.Now().Before(deadline) {
		wait(10)
	}
	lost, back := strings.Count(log.String(), "redis is unavailable"), strings.Count(log.String(), "redis is available again")
	if lost != 1 || back != 1 {
		t.Errorf("the log says %d times that Redis is unavailable and %d times that it is back, want once each:\n%s", lost, back, log.String())
	}
}

func TestOpenDoesNotShowTheURL(t *testing.T) {
	t.Parallel()
	_, err := quota.Open(quota.Config{RedisURL: "redis://:secret@host:port/x", PerSecond: 1, Share: 1})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("Open with a bad URL = %v, want an error without it", err)
	}
}
