//go:build redis

package redistest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/logging"
	"signalbox/shared/quota"
)

// job is what one process does: waiters call the stand-in until the time is up.
type job struct {
	Cloud   string        `json:"cloud"`
	Redis   string        `json:"redis"` // empty: none
	Waiters int           `json:"waiters"`
	For     time.Duration `json:"for"`
	// Load has callers come one by one instead.
	Load *load `json:"load,omitempty"`
}

const perSecond = 20

func (j job) client(log *strings.Builder) (*linkcard.Client, error) {
	config := quota.Config{Account: "main", PerSecond: perSecond, Share: 0.5, Logger: logging.New(log, nil)}
	if j.Redis != "" {
		config.RedisURL = "redis://" + j.Redis
	}
	permits, err := quota.Open(config)
	if err != nil {
		return nil, err
	}
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    j.Cloud,
		Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		Quota:       permits,
	})
	if err != nil {
		return nil, err
	}
	return linkcard.New(api), nil
}

// run makes calls until the time is up and returns how many were refused.
func (j job) run(ctx context.Context, log *strings.Builder) (failed int, err error) {
	client, err := j.client(log)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, j.For)
	defer cancel()
	var mu sync.Mutex
	var waiters sync.WaitGroup
	for range j.Waiters {
		waiters.Go(func() {
			for ctx.Err() == nil {
				_, err := client.ListCardInfo(ctx, linkcard.ListCardInfoRequest{PageNo: 1, PageSize: 10})
				if exhausted, ok := errors.AsType[*quota.ExhaustedError](err); ok {
					pause(ctx, exhausted.RetryAfter)
					continue
				}
				if err != nil && ctx.Err() == nil {
					mu.Lock()
					failed++
					mu.Unlock()
				}
			}
		})
	}
	waiters.Wait()
	return failed, nil
}

// pause waits as a caller does that was refused.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// work is the life of a process that the test has started.
func work(text string) int {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if j.Load != nil {
		return j.Load.work(j)
	}
	failed, err := j.run(context.Background(), &strings.Builder{})
	if err != nil || failed > 0 {
		fmt.Fprintln(os.Stderr, failed, "calls failed:", err)
		return 1
	}
	return 0
}

// cloud is a fake that only counts: its own quota is out of reach.
func cloud(tb testing.TB) (*aliyuntest.Server, string) {
	tb.Helper()
	s := aliyuntest.New(aliyuntest.Options{QPS: map[string]int{"ListCardInfo": 1 << 20}})
	server := httptest.NewServer(s)
	tb.Cleanup(server.Close)
	return s, server.URL
}

// judge looks at what the stand-in has counted in 30 seconds.
func judge(t *testing.T, s *aliyuntest.Server) (calls int) {
	t.Helper()
	const span = 30 * time.Second
	all := s.Calls("ListCardInfo")
	start := all[0].At
	for _, call := range all {
		if call.At.Sub(start) < span {
			calls++
		}
	}
	t.Logf("%d of %d permits used in 30s, at most %d in one second", calls, 30*perSecond, s.MaxPerSecond("ListCardInfo"))
	if calls < 30*perSecond*98/100 {
		t.Errorf("%d permits used, want at least 98 %% of %d", calls, 30*perSecond)
	}
	if most := s.MaxPerSecond("ListCardInfo"); most > perSecond+1 {
		t.Errorf("%d calls in one second, want at most %d", most, perSecond+1)
	}
	return len(all)
}

// TestEightProcessesShareOneQuota has 8 processes of 10 waiters each know of one
// another through Redis alone.
func TestEightProcessesShareOneQuota(t *testing.T) { //nolint:paralleltest // measures
	redis := startRedis(t)
	s, url := cloud(t)
	text, err := json.Marshal(job{Cloud: url, Redis: redis.address, Waiters: 10, For: 32 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	before := redis.scriptCalls(t)
	var processes sync.WaitGroup
	for range 8 {
		processes.Go(func() {
			process := exec.CommandContext(t.Context(), os.Args[0])
			process.Env = append(os.Environ(), "REDISTEST_WORKER="+string(text))
			if out, err := process.CombinedOutput(); err != nil {
				t.Errorf("a process: %v\n%s", err, out)
			}
		})
	}
	processes.Wait()
	calls := judge(t, s)
	scripts := redis.scriptCalls(t) - before
	t.Logf("%.2f Redis calls for each permit", float64(scripts)/float64(calls))
	if float64(scripts) > 1.5*float64(calls) {
		t.Errorf("%d Redis calls for %d permits, want at most 1.5 for each", scripts, calls)
	}
}

func TestOneProcessWithoutRedis(t *testing.T) { //nolint:paralleltest // measures
	s, url := cloud(t)
	failed, err := job{Cloud: url, Waiters: 10, For: 32 * time.Second}.run(t.Context(), &strings.Builder{})
	if err != nil || failed > 0 {
		t.Errorf("%d calls failed: %v", failed, err)
	}
	judge(t, s)
}

// TestRedisKilledAndStarted has calls go on while Redis crashes and comes back.
func TestRedisKilledAndStarted(t *testing.T) { //nolint:paralleltest // measures
	redis := startRedis(t)
	_, url := cloud(t)
	time.AfterFunc(3*time.Second, func() { redis.kill(t) })
	time.AfterFunc(6*time.Second, func() { redis.start(t) })
	var log strings.Builder
	failed, err := job{Cloud: url, Redis: redis.address, Waiters: 10, For: 10 * time.Second}.run(t.Context(), &log)
	if err != nil || failed > 0 {
		t.Errorf("%d calls failed for want of Redis: %v", failed, err)
	}
	if lost, back := strings.Count(log.String(), "redis is unavailable"), strings.Count(log.String(), "redis is available again"); lost != 1 || back != 1 {
		t.Errorf("the log says %d times that Redis is unavailable and %d times that it is back, want once each:\n%s", lost, back, log.String())
	}
}

// TestSmallerQuotaIsFound believes 20 a second where the service has 12, and has
// 20 again after a while.
func TestSmallerQuotaIsFound(t *testing.T) { //nolint:paralleltest // measures
	redis := startRedis(t)
	s, url := cloud(t)
	s.SetQPS("ListCardInfo", 12)
	const settled, raised, end = 10 * time.Second, 40 * time.Second, 85 * time.Second
	time.AfterFunc(raised, func() { s.SetQPS("ListCardInfo", perSecond) })
	_, err := job{Cloud: url, Redis: redis.address, Waiters: 10, For: end}.run(t.Context(), &strings.Builder{})
	if err != nil {
		t.Fatal(err)
	}
	calls := s.Calls("ListCardInfo")
	count := func(from, to time.Duration) (accepted, throttled int) {
		for _, call := range calls {
			switch at := call.At.Sub(calls[0].At); {
			case at < from || at >= to:
			case call.Code == "OK":
				accepted++
			default:
				throttled++
			}
		}
		return accepted, throttled
	}
	accepted, throttled := count(settled, raised)
	rate := float64(accepted) / (raised - settled).Seconds()
	share := float64(throttled) / float64(accepted+throttled)
	t.Logf("%.2f calls a second after 10s, %.1f %% throttled", rate, share*100)
	if rate < 10 || rate > 12 || share > 0.02 {
		t.Errorf("%.2f calls a second and %.1f %% throttled, want 10 to 12 and under 2 %%", rate, share*100)
	}
	// A machine that stands still for a moment costs one stretch of ten seconds, not all.
	best := 0
	for from := raised + 10*time.Second; from <= end-10*time.Second; from += time.Second {
		accepted, _ := count(from, from+10*time.Second)
		best = max(best, accepted)
	}
	last, _ := count(end-10*time.Second, end)
	t.Logf("after the quota was raised at most %.1f calls a second in 10s, and %.1f in the last 10s", float64(best)/10, float64(last)/10)
	if best < 170 || last < 150 {
		t.Errorf("after the quota was raised at most %d calls in 10s, and %d in the last 10s; want 170 and 150 of 200 at least", best, last)
	}
}
