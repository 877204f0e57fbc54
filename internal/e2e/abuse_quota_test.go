//go:build long

package e2e_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/servetest"
)

// perSecond is the quota of the cases below.
const perSecond = 20

// newQuota has lookups that take 100 ms, at 20 a second.
func newQuota(t *testing.T) *outside {
	t.Helper()
	o := newOutside(t, 60, "SIGNALBOX_LINKCARD_QPS=20")
	o.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.Slow, Delay: 100 * time.Millisecond, Count: -1})
	return o
}

// several starts so many processes that share one quota.
func (o *outside) several(t *testing.T, n int) (*miniredis.Miniredis, []*servetest.HTTP) {
	t.Helper()
	redis := miniredis.RunT(t)
	processes := make([]*servetest.HTTP, n)
	for i := range processes {
		processes[i] = o.serve(t, "cardflow", "SIGNALBOX_REDIS_URL=redis://"+redis.Addr(), "SIGNALBOX_QUOTA_SHARE=0.25")
	}
	return redis, processes
}

// crowd is callers that come one by one, so many for each permit, each to the
// next process. One of a few has the first patience, and the others the second.
type crowd struct {
	times, few int
	warm, span time.Duration
	patience   [2]time.Duration
}

// come returns the answers that were read in the span's part after warm, by patience,
// and how many permits there are in that time.
func (c crowd) come(t *testing.T, o *outside, processes []*servetest.HTTP) (read [2]int, permits float64) {
	t.Helper()
	start, random := time.Now(), rand.New(rand.NewPCG(1, 2))
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := 0; time.Since(start) < c.span; i++ {
		kind, url := min(random.IntN(c.few), 1), processes[i%len(processes)].URL+o.flow()
		all.Go(func() {
			got := within(t, min(c.patience[kind], time.Until(start.Add(c.span))), "GET", url, "")
			mu.Lock()
			defer mu.Unlock()
			if got.Status == 200 && got.At.Sub(start) > c.warm {
				read[kind]++
			}
		})
		<-time.After(time.Until(start.Add(time.Duration(i+1) * time.Second / time.Duration(c.times*perSecond))))
	}
	all.Wait()
	return read, perSecond * (c.span - c.warm).Seconds()
}

// overload has callers of 20 s and of 2 s come to processes that share a quota.
func overload(t *testing.T, o *outside, processes []*servetest.HTTP) {
	t.Helper()
	bestOf(t, 4, func() error {
		read, permits := crowd{2, 2, 4 * time.Second, 8 * time.Second, [2]time.Duration{20 * time.Second, 2 * time.Second}}.come(t, o, processes)
		if all := read[0] + read[1]; float64(all) < 0.6*permits || 5*read[1] < all {
			return fmt.Errorf("%d of %.0f permits ended in an answer that was read, %d of them of callers of 2s; want nearly all, and a like share", all, permits, read[1])
		}
		return nil
	})
}

func goodput(t *testing.T) {
	t.Parallel()
	o := newQuota(t)
	overload(t, o, []*servetest.HTTP{o.serve(t, "cardflow")})
}

func goodputOfFour(t *testing.T) {
	t.Parallel()
	o := newQuota(t)
	_, processes := o.several(t, 4)
	overload(t, o, processes)
}

func hangUps(t *testing.T) {
	t.Parallel()
	o := newQuota(t)
	_, processes := o.several(t, 4)
	bestOf(t, 4, func() error {
		read, permits := crowd{4, 3, 2 * time.Second, 6 * time.Second, [2]time.Duration{20 * time.Second, 300 * time.Millisecond}}.come(t, o, processes)
		if all := read[0] + read[1]; float64(all) < 0.5*permits {
			return fmt.Errorf("%d of %.0f permits went to callers that were there at the answer, want nearly all", all, permits)
		}
		return nil
	})
}

func disconnects(t *testing.T) {
	t.Parallel()
	o := newQuota(t)
	p := o.serve(t, "cardflow")
	atOnce(400, func(int) { within(t, 300*time.Millisecond, "GET", p.URL+o.flow(), "") })
	if got := within(t, 8*time.Second, "GET", p.URL+o.flow(), ""); got.Status != 200 {
		t.Errorf("a lookup after 400 that left = %d, %s after %v, want 200 in under a second", got.Status, got.Body, got.Took)
	}
}

// burstAfterAHint has the last of a second's calls be throttled, with a hint, and
// others come while it holds.
func burstAfterAHint(t *testing.T) {
	t.Parallel()
	o := newQuota(t)
	p := o.serve(t, "cardflow")
	o.cloud.ClearFaults()
	atOnce(perSecond-1, func(int) { within(t, patient, "GET", p.URL+o.flow(), "") })
	o.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.Throttle, RetryAfter: 2 * time.Second})
	hinted := len(o.cloud.Calls("GetCardFlowInfo"))
	go within(t, patient, "GET", p.URL+o.flow(), "")
	eventually(t, func() error { return atLeast(len(o.cloud.Calls("GetCardFlowInfo")), hinted+1) })
	<-time.After(200 * time.Millisecond) // It has heard of it.
	atOnce(30, func(int) { within(t, patient, "GET", p.URL+o.flow(), "") })
	calls := o.cloud.Calls("GetCardFlowInfo")
	if len(calls) < hinted+2 {
		t.Fatalf("%d calls after the hinted one, want some", len(calls)-hinted-1)
	}
	first, burst := calls[hinted+1].At, 0
	for _, c := range calls[hinted+1:] {
		if c.At.Sub(first) < 500*time.Millisecond {
			burst++
		}
	}
	if wait := first.Sub(calls[hinted].At); wait < 1900*time.Millisecond || burst > 15 {
		t.Errorf("the next call came %v after a hint of 2s, and %d calls in half a second, want 2s and about 10", wait, burst)
	}
}

// hintWithoutThrottling has an answer that throttles nobody carry a hint.
func hintWithoutThrottling(t *testing.T) {
	t.Parallel()
	o := newQuota(t)
	o.cloud.ClearFaults()
	url := front(t, o, func(n int) string {
		if n > 1 {
			return ""
		}
		return "HTTP/1.1 400 Bad Request\r\nX-Acs-Retry-After: 30000\r\nContent-Length: 31\r\n\r\n" + `{"Code":"InvalidParameter.Odd"}`
	})
	p := o.serve(t, "cardflow", "SIGNALBOX_LINKCARD_ENDPOINT="+url)
	within(t, patient, "GET", p.URL+o.flow(), "")
	if got := within(t, patient, "GET", p.URL+o.flow(), ""); got.Status != 200 {
		t.Errorf("a lookup after a refusal with a hint of 30s = %d, %s, want 200: only throttling throttles", got.Status, got.Body)
	}
}

func throttledAtLowTraffic(t *testing.T) {
	t.Parallel()
	o := newQuota(t)
	o.cloud.ClearFaults()
	o.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.Throttle})
	p := o.serve(t, "cardflow")
	within(t, patient, "GET", p.URL+o.flow(), "")
	start := time.Now()
	atOnce(perSecond, func(int) { within(t, 10*time.Second, "GET", p.URL+o.flow(), "") })
	if n := len(o.cloud.Calls("GetCardFlowInfo")) - 2; n < perSecond || time.Since(start) > 9*time.Second {
		t.Errorf("%d of 20 lookups were made in %v after one that was throttled alone, want all in about a second", n, time.Since(start))
	}
}

// clockStepsBack has Redis's clock be ten minutes ahead for a moment.
func clockStepsBack(t *testing.T) {
	t.Parallel()
	o := newQuota(t)
	redis, processes := o.several(t, 1)
	redis.SetTime(time.Now().Add(10 * time.Minute))
	if got := within(t, patient, "GET", processes[0].URL+o.flow(), ""); got.Status != 200 {
		t.Fatalf("a lookup = %d, %s, want 200", got.Status, got.Body)
	}
	redis.SetTime(time.Time{})
	if got := within(t, patient, "GET", processes[0].URL+o.flow(), ""); got.Status != 200 {
		t.Errorf("a lookup after Redis's clock stepped back = %d, %s, want 200", got.Status, got.Body)
	}
}

// keysLost has Redis lose its keys every half second.
func keysLost(t *testing.T) {
	t.Parallel()
	o := newQuota(t)
	redis, processes := o.several(t, 4)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			<-time.After(500 * time.Millisecond)
			redis.FlushAll()
		}
	}()
	_, permits := crowd{3, 2, 0, 5 * time.Second, [2]time.Duration{20 * time.Second, 20 * time.Second}}.come(t, o, processes)
	if n := len(o.cloud.Calls("GetCardFlowInfo")); float64(n) > 1.3*permits {
		t.Errorf("%d calls of %.0f permits while keys were lost, want about the quota", n, permits)
	}
}

func redisRefuses(t *testing.T) {
	t.Parallel()
	o := newQuota(t)
	redis, processes := o.several(t, 1)
	redis.RequireAuth("secret")
	eventually(t, func() error {
		within(t, patient, "GET", processes[0].URL+o.flow(), "")
		got := within(t, patient, "GET", processes[0].URL+"/readyz", "")
		if got.Status != 503 || !strings.Contains(got.Body, "redis") {
			return fmt.Errorf("GET /readyz where Redis refuses the function = %d, %s, want 503 that names it", got.Status, got.Body)
		}
		return nil
	})
	wants(t, processes[0].Output(), "redis refuses")
}

// clusterAddresses wants a quota to be kept in a Cluster.
func clusterAddresses(t *testing.T) {
	t.Parallel()
	o := newQuota(t)
	redis := miniredis.RunT(t)
	p := o.serve(t, "cardflow", "SIGNALBOX_REDIS_URL=redis://"+redis.Addr()+"?addr="+redis.Addr())
	eventually(t, func() error {
		if got := within(t, patient, "GET", p.URL+o.flow(), ""); got.Status != 200 || len(redis.Keys()) == 0 {
			return fmt.Errorf("a lookup = %d with %d keys in Redis, want 200 and the quota's", got.Status, len(redis.Keys()))
		}
		return nil
	})
}
