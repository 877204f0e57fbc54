package aliyun_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/aliyun/linkcard"
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

// TestActionsBreakAlone has one page of the listing fail for good: that stops the
// listing, and no lookup.
func TestActionsBreakAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Unavailable503, Action: "ListCardInfo", Page: "2", Count: -1})
		for range 4 {
			_, _ = linkcard.New(b.api).ListCardInfo(t.Context(), linkcard.ListCardInfoRequest{PageNo: 2, PageSize: 10})
		}
		if !b.api.BreakerOpen("ListCardInfo") || b.api.BreakerOpen("GetCardFlowInfo") {
			t.Errorf("the circuit breakers are open: listing %v, lookups %v; want only that of the listing",
				b.api.BreakerOpen("ListCardInfo"), b.api.BreakerOpen("GetCardFlowInfo"))
		}
		if err := services["linkcard"](t.Context(), b.api, b.cloud); err != nil {
			t.Errorf("lookup while the listing fails = %v, want nil", err)
		}
		if want := `"service":"cloud.example","action":"ListCardInfo","from":"closed","to":"open"`; !strings.Contains(b.seen.String(), want) {
			t.Errorf("the log lacks %s: %s", want, b.seen)
		}
	})
}

// TestBackgroundGoesOn has an action that never succeeds. While another does, calls in
// the background fail one by one, without waiting; else they wait for a minute each.
func TestBackgroundGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(c *aliyun.Config) { c.Background = true })
		b.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Unavailable503, Action: "ListCardInfo", Count: -1})
		list := func() (kind aliyun.Kind, took time.Duration) {
			start := time.Now()
			_, err := linkcard.New(b.api).ListCardInfo(t.Context(), linkcard.ListCardInfoRequest{PageNo: 1, PageSize: 10})
			if failure, ok := errors.AsType[*aliyun.Error](err); ok {
				kind = failure.Kind
			}
			return kind, time.Since(start)
		}
		for range 10 {
			if err := services["linkcard"](t.Context(), b.api, b.cloud); err != nil {
				t.Fatal(err)
			}
			if kind, took := list(); kind != aliyun.Unavailable || took > 2*time.Second {
				t.Errorf("a listing while lookups are answered = %v after %v, want unavailable after its attempts", kind, took)
			}
		}
		time.Sleep(time.Minute)
		for range 3 {
			_, _ = list()
		}
		if kind, took := list(); took < 5*time.Second || took > 2*time.Minute {
			t.Errorf("a listing while nothing is answered = %v after %v, want it to have waited for a minute or so", kind, took)
		}
	})
}

// TestBreakerOpen has a queue ask before it calls.
func TestBreakerOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		sms := dysms.New(b.api)
		b.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Unavailable503, Count: -1})
		for _, want := range []bool{false, false, true} { // after 4, 8 and 10 faults
			_ = services["dysms"](t.Context(), b.api, b.cloud)
			if sms.BreakerOpen() != want {
				t.Errorf("the circuit breaker is open: %v, want %v", !want, want)
			}
		}
		time.Sleep(5 * time.Second)
		if sms.BreakerOpen() {
			t.Error("the circuit breaker is open after 5s, want a call let through")
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
