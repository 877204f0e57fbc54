package aliyun_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
)

// fail makes the service fail until the circuit breaker opens.
func (b *bench) fail(t *testing.T) {
	t.Helper()
	b.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Unavailable503, Count: -1})
	for range 4 {
		_ = services["linkcard"](t.Context(), b.api, b.cloud)
	}
}

func TestBreakerOpensAndCloses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.fail(t)
		made, start := len(b.cloud.Calls("")), time.Now()
		err := services["linkcard"](t.Context(), b.api, b.cloud)
		failure, ok := errors.AsType[*aliyun.Error](err)
		if !ok || failure.Kind != aliyun.Broken || failure.Attempts != 0 || failure.RetryAfter == 0 || time.Since(start) != 0 {
			t.Errorf("call while the circuit breaker is open = %v after %v, want Broken at once", err, time.Since(start))
		}
		if n := len(b.cloud.Calls("")); n != made {
			t.Errorf("%d calls reached the service while the circuit breaker was open, want none", n-made)
		}
		b.cloud.ClearFaults()
		time.Sleep(6 * time.Second)
		for range 5 {
			if err := services["linkcard"](t.Context(), b.api, b.cloud); err != nil {
				t.Errorf("call after the service recovered = %v, want nil", err)
			}
		}
		b.shows(err)
		b.leaksNothing(t)
	})
}

func TestBreakerStaysOpenWhileProbesFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(c *aliyun.Config) { c.MaxAttempts = 1 })
		for range 3 {
			b.fail(t)
		}
		made := len(b.cloud.Calls(""))
		time.Sleep(6 * time.Second)
		for range 20 {
			_ = services["linkcard"](t.Context(), b.api, b.cloud)
		}
		if n := len(b.cloud.Calls("")) - made; n != 1 {
			t.Errorf("%d calls reached the service while the circuit breaker was half-open, want 1 probe", n)
		}
	})
}

// TestBackgroundWaits has calls that nobody waits for outlast an outage.
func TestBackgroundWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(c *aliyun.Config) { c.Background = true })
		b.fail(t)
		time.AfterFunc(20*time.Second, b.cloud.ClearFaults)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var err error
		for range 10 {
			if err = services["linkcard"](ctx, b.api, b.cloud); err == nil {
				break
			}
		}
		if err != nil {
			t.Errorf("background call = %v, want success once the service is well", err)
		}
	})
}

func TestThrottlingAndRefusalsDoNotBreak(t *testing.T) {
	t.Parallel()
	for _, fault := range []aliyuntest.Kind{aliyuntest.Throttle, aliyuntest.RedirectTo, aliyuntest.ExpiredToken} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, nil)
			b.cloud.Inject(aliyuntest.Fault{Kind: fault, Count: 40})
			for range 10 {
				_ = services["linkcard"](t.Context(), b.api, b.cloud)
			}
			b.cloud.ClearFaults()
			if err := services["linkcard"](t.Context(), b.api, b.cloud); err != nil {
				t.Errorf("call after many of %s = %v, want nil: the service answers", fault, err)
			}
		})
	}
}

func TestImpatientCallersDoNotBreak(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: 3 * time.Second, Count: -1})
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_ = services["linkcard"](ctx, b.api, b.cloud)
			cancel()
		}
		b.cloud.ClearFaults()
		if err := services["linkcard"](t.Context(), b.api, b.cloud); err != nil {
			t.Errorf("call after callers that left early = %v, want nil", err)
		}
	})
}
