package aliyun_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/quota"
)

// TestTwoThousandCallsAtOnce is for the race detector: one client, every kind of
// trouble.
func TestTwoThousandCallsAtOnce(t *testing.T) {
	t.Parallel()
	cloud := aliyuntest.New(aliyuntest.Options{QPS: map[string]int{"GetCardFlowInfo": 1 << 20}})
	server := httptest.NewServer(cloud)
	defer server.Close()
	kinds := []aliyuntest.Kind{aliyuntest.Throttle, aliyuntest.Status500, aliyuntest.Reset, aliyuntest.NonceUsed, aliyuntest.HTML502}
	cloud.Draw(func(call aliyuntest.Call) aliyuntest.Fault {
		if call.Number%20 != 0 { // few enough for the circuit breaker to stay closed
			return aliyuntest.Fault{}
		}
		return aliyuntest.Fault{Kind: kinds[call.Number/20%len(kinds)]}
	})
	client, _, _ := setup(t, aliyuntest.Options{}, func(c *aliyun.Config) {
		c.Endpoint, c.HTTPClient, c.Quota, c.MaxAttempts, c.Background = server.URL, nil, unlimited{}, 10, true
	})
	var calls sync.WaitGroup
	for i := range 2000 {
		calls.Go(func() {
			_, err := client.GetCardFlowInfo(t.Context(), linkcard.GetCardFlowInfoRequest{ICCID: card.ICCID(cloud.ICCID(i % cloud.Cards()))})
			if err != nil {
				t.Errorf("call %d: %v", i, err)
			}
		})
	}
	calls.Wait()
}

// TestCancelledCallLeavesAtOnce cancels a call wherever it may wait.
// The bubble fails where a goroutine stays behind.
func TestCancelledCallLeavesAtOnce(t *testing.T) {
	t.Parallel()
	waits := map[string]func(*aliyun.Config, *aliyuntest.Server){
		"for quota": func(c *aliyun.Config, _ *aliyuntest.Server) { c.Quota = emptied{quota.NewLocal(0.01)} },
		"for the header": func(_ *aliyun.Config, s *aliyuntest.Server) {
			s.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Hour})
		},
		"for the body": func(_ *aliyun.Config, s *aliyuntest.Server) {
			s.Inject(aliyuntest.Fault{Kind: aliyuntest.SlowBody, Delay: time.Hour})
		},
		"to try again": func(_ *aliyun.Config, s *aliyuntest.Server) {
			s.Inject(aliyuntest.Fault{Kind: aliyuntest.Throttle, RetryAfter: time.Hour, Count: -1})
		},
	}
	for what, edit := range waits {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, nil)
			b = newBench(t, func(c *aliyun.Config) {
				c.HTTPClient.Transport = b.cloud.Transport()
				edit(c, b.cloud)
			})
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			start := time.Now()
			err := services["linkcard"](ctx, b.api, b.cloud)
			if !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
				t.Errorf("call that waits %s, cancelled after 1s = %v after %v", what, err, time.Since(start))
			}
		})
	}
}

// emptied is a quota whose first permit is taken.
type emptied struct{ *quota.Local }

func (e emptied) Wait(ctx context.Context, action string) error {
	if err := e.Local.Wait(ctx, action); err != nil {
		return err
	}
	return e.Local.Wait(ctx, action)
}

// TestNoGoroutineStaysBehind is not parallel: it looks at all there are. Over a
// real connection a cancelled call comes back within 10 ms.
func TestNoGoroutineStaysBehind(t *testing.T) { //nolint:paralleltest // others' goroutines would be counted
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	cloud := aliyuntest.New(aliyuntest.Options{})
	server := httptest.NewServer(cloud)
	defer server.Close()
	cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Minute, Count: -1})
	client, _, _ := setup(t, aliyuntest.Options{}, func(c *aliyun.Config) { c.Endpoint, c.HTTPClient = server.URL, server.Client() })
	best := time.Hour
	for n := 0; n < 5 || n < 50 && best > 10*time.Millisecond; n++ { // a busy machine has some pauses
		ctx, cancel := context.WithCancel(t.Context())
		var cancelled time.Time
		time.AfterFunc(50*time.Millisecond, func() {
			cancelled = time.Now()
			cancel()
		})
		err := lookup(ctx, client, cloud)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled call = %v, want context.Canceled", err)
		}
		best = min(best, time.Since(cancelled))
	}
	if best > 10*time.Millisecond {
		t.Errorf("a cancelled call came back after %v at best, want within 10ms", best)
	}
}

// TestCallCostsLessThanDoAction compares allocations, which no noise changes; the
// benchmark shows the time.
func TestCallCostsLessThanDoAction(t *testing.T) { //nolint:paralleltest // counts every allocation there is
	ours, theirs := newBenchCall(t), newSDKCall(t)
	a, b := testing.AllocsPerRun(200, ours), testing.AllocsPerRun(200, theirs)
	t.Logf("allocations of a call: %.0f, of DoAction: %.0f", a, b)
	if a > 0.7*b {
		t.Errorf("a call makes %.0f allocations and DoAction %.0f, want at most 0.7 of them", a, b)
	}
}
