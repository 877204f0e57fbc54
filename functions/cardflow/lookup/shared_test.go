package lookup_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signalbox/functions/cardflow/lookup"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/quota"
	"signalbox/shared/redisdial"
)

// account is instances that share one Redis, and Alibaba behind them.
type account struct {
	t     *testing.T
	cloud *aliyuntest.Server
	redis *miniredis.Miniredis
}

func newAccount(t *testing.T) *account {
	t.Helper()
	return &account{
		t: t, redis: miniredis.RunT(t),
		cloud: aliyuntest.New(aliyuntest.Options{QPS: map[string]int{"GetCardFlowInfo": 1 << 20, "ListCardInfo": 1 << 20}}),
	}
}

// instance returns another one, which makes so many calls a second by itself.
func (a *account) instance(perSecond float64, change func(*lookup.Config)) *lookup.Lookups {
	a.t.Helper()
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    "https://linkcard.aliyuncs.com",
		Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		Quota:       quota.NewLocal(perSecond),
		HTTPClient:  &http.Client{Transport: a.cloud.Transport()},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	client, err := redisdial.Open("redis://"+a.redis.Addr(), 10*time.Second)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = client.Close() })
	cards := linkcard.New(api)
	config := lookup.Config{Source: cards, Lister: cards, TTL: time.Minute, Stale: time.Hour, Redis: client, RedisTimeout: 10 * time.Second, Account: "main"}
	if change != nil {
		change(&config)
	}
	return lookup.New(config)
}

func (a *account) key(i int) string { return fmt.Sprintf("signalbox:flow:main:{%s}", string(a.id(i))) }

func (a *account) id(i int) card.ICCID { return card.ICCID(a.cloud.ICCID(i)) }

// look looks a card up and wants an answer of that origin.
func (a *account) look(l *lookup.Lookups, i int, want lookup.Origin) lookup.Answer {
	a.t.Helper()
	got, err := l.Lookup(a.t.Context(), a.id(i), nil)
	if err != nil || got.Origin != want || got.Flow.ICCID != a.id(i) {
		a.t.Errorf("lookup of card %d = origin %d, %v; want origin %d", i, got.Origin, err, want)
	}
	return got
}

func (a *account) calls() int { return len(a.cloud.Calls("GetCardFlowInfo")) }

// TestFourInstances has each of them look 100 cards up 20 times, at the same time.
func TestFourInstances(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: 20 * time.Millisecond, Count: -1})
	var callers sync.WaitGroup
	for range 4 {
		l := a.instance(100, nil)
		for i := range 100 {
			for range 20 {
				callers.Go(func() {
					if got, err := l.Lookup(t.Context(), a.id(i), nil); err != nil || got.Flow.ICCID != a.id(i) {
						t.Errorf("lookup of card %d: %v", i, err)
					}
				})
			}
		}
	}
	callers.Wait()
	for _, action := range []string{"GetCardFlowInfo", "ListCardInfo"} {
		perCard := map[string]int{}
		calls := a.cloud.Calls(action)
		for _, call := range calls {
			perCard[call.Params.Get("Iccid")]++
		}
		for id, n := range perCard {
			if n > 2 {
				t.Errorf("%d calls of %s for %s, want at most two", n, action, id)
			}
		}
		t.Logf("%d calls of %s for %d cards", len(calls), action, len(perCard))
	}
}

// TestSharedAnswer wants what one instance has found from the other, with what the listing
// told and the same entity tag.
func TestSharedAnswer(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	first, second := a.instance(1000, nil), a.instance(1000, nil)
	one := a.look(first, 0, lookup.Miss)
	two := a.look(second, 0, lookup.Hit)
	if !one.Stored || two.Age > 5*time.Second || !two.Flow.Listing.Known || a.calls() != 1 {
		t.Errorf("after %d calls: %+v and %+v, want one call and the same answer", a.calls(), one.Flow, two.Flow)
	}
	form, err := one.JSON()
	other, err2 := two.JSON()
	if err = errors.Join(err, err2); err != nil || form.ETag != other.ETag {
		t.Errorf("ETags %s and %s, %v; want the same", form.ETag, other.ETag, err)
	}
	for range 2 {
		if _, err := second.Lookup(t.Context(), "89860399999999999999", nil); err == nil {
			t.Error("a card that does not exist is found")
		}
	}
	if _, err := first.Lookup(t.Context(), "89860399999999999999", nil); !missing(err) || a.calls() != 2 {
		t.Errorf("after %d calls: %v; want that it does not exist, after one", a.calls()-1, err)
	}
}

func missing(err error) bool {
	failure, ok := errors.AsType[*aliyun.Error](err)
	return ok && failure.Kind == aliyun.NotFound
}

// TestHolderDies has a lease that nobody renews: it keeps others waiting no longer than
// it lasts.
func TestHolderDies(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	lease := fmt.Sprintf("signalbox:flow:main:{%s}:lease", string(a.id(0)))
	if err := a.redis.Set(lease, "foregroundsomebody"); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(500*time.Millisecond, func() { a.redis.Del(lease) }) // miniredis has no clock of its own
	start := time.Now()
	a.look(a.instance(1000, nil), 0, lookup.Miss)
	if took := time.Since(start); took < 450*time.Millisecond || took > 8*time.Second { // most of it is for a machine whose processors are all at work
		t.Errorf("the lookup took %v, want as long as the lease", took)
	}
	if ttl := a.redis.TTL(lease); ttl != 0 {
		t.Errorf("the lease stays for %v, want it given back", ttl)
	}
}

// TestLeaseIsNeverGivenBack wants a lookup to end in time whatever Redis says.
func TestLeaseIsNeverGivenBack(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	if err := a.redis.Set(fmt.Sprintf("signalbox:flow:main:{%s}:lease", string(a.id(0))), "foregroundfor ever"); err != nil {
		t.Fatal(err)
	}
	l := a.instance(1000, func(c *lookup.Config) { c.Timeout = time.Second })
	start := time.Now()
	_, err := l.Lookup(t.Context(), a.id(0), nil)
	// On a busy machine the deadline may pass, or be too near for an answer, before it is seen.
	var exhausted *quota.ExhaustedError
	if !errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &exhausted) {
		t.Errorf("lookup = %v; want the deadline's error or the quota's", err)
	}
	if took := time.Since(start); took < 900*time.Millisecond || took > 3*time.Second {
		t.Errorf("the lookup ended after %v, want 1 s", took)
	}
}

// TestForegroundPassesBackground has a batch of another instance hold the lease: a lookup
// does not wait for it.
func TestForegroundPassesBackground(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	slow, fast := a.instance(0.1, nil), a.instance(1000, nil)
	a.look(slow, 1, lookup.Miss) // its next permit is 10 s away
	var batch sync.WaitGroup
	ctx, cancel := context.WithCancel(quota.InBackground(t.Context()))
	batch.Go(func() { _, _ = slow.Lookup(ctx, a.id(0), nil) })
	key := fmt.Sprintf("signalbox:flow:main:{%s}:lease", string(a.id(0)))
	for deadline := time.Now().Add(5 * time.Second); !a.redis.Exists(key) && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	start := time.Now()
	a.look(fast, 0, lookup.Miss)
	// It is 0.3 s; what is more is for a machine whose processors are all at work.
	if took := time.Since(start); took > 8*time.Second {
		t.Errorf("a lookup waited %v for a batch of another instance, whose permit is 10 s away", took)
	}
	cancel()
	batch.Wait()
}

// TestRedisIsUnavailable wants lookups as without it, and a line in the log when that begins and
// when it ends.
func TestRedisIsUnavailable(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	var lines atomic.Int64
	l := a.instance(1000, func(c *lookup.Config) { c.Logger = slog.New(slog.NewTextHandler(count{&lines}, nil)) })
	a.redis.SetError("LOADING Redis is loading the dataset in memory")
	start := time.Now()
	for i := range 20 {
		a.look(l, i, lookup.Miss)
		a.look(l, i, lookup.Hit)
	}
	if took := time.Since(start); took > 10*time.Second || a.calls() != 20 || lines.Load() != 1 {
		t.Errorf("20 cards took %v, %d calls and %d lines; want less than the timeout of one command, 20 calls and one line", took, a.calls(), lines.Load())
	}
	a.redis.SetError("")
	deadline := time.Now().Add(10 * time.Second)
	for i := 20; lines.Load() < 2 && time.Now().Before(deadline); i = 20 + (i-19)%80 {
		_, _ = l.Lookup(t.Context(), a.id(i), nil)
		time.Sleep(50 * time.Millisecond)
	}
	if lines.Load() != 2 {
		t.Errorf("%d lines after Redis is back, want 2", lines.Load())
	}
}

type count struct{ lines *atomic.Int64 }

func (c count) Write(p []byte) (int, error) {
	c.lines.Add(int64(strings.Count(string(p), "\n")))
	return len(p), nil
}

// TestGarbageInRedis wants it taken for nothing, and replaced.
func TestGarbageInRedis(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.look(a.instance(1000, nil), 1, lookup.Miss)
	other, err := a.redis.Get(a.key(1))
	if err != nil {
		t.Fatal(err)
	}
	for i, garbage := range []string{"", "{}", "\x00\xff", other, strings.Repeat("x", 2<<20), other[:len(other)/2]} {
		if err := a.redis.Set(a.key(10+i), garbage); err != nil {
			t.Fatal(err)
		}
		a.look(a.instance(1000, nil), 10+i, lookup.Miss)
		a.look(a.instance(1000, nil), 10+i, lookup.Hit)
	}
}

// TestRecordsExpire wants nothing in Redis that stays.
func TestRecordsExpire(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	l := a.instance(1000, nil)
	a.look(l, 0, lookup.Miss)
	_, _ = l.Lookup(t.Context(), "89860399999999999999", nil)
	if _, err := l.Lookup(t.Context(), a.id(1), []card.Month{{Year: 2020, Month: 1}}); err != nil {
		t.Fatal(err)
	}
	most := map[int]time.Duration{0: time.Hour, 1: 24 * time.Hour}
	for _, key := range a.redis.Keys() {
		ttl := a.redis.TTL(key)
		longest := 10 * time.Second
		for i, d := range most {
			if strings.Contains(key, string(a.id(i))) {
				longest = d
			}
		}
		if ttl <= 0 || ttl > longest {
			t.Errorf("%s stays for %v, want more than none and at most %v", key, ttl, longest)
		}
	}
	if n := len(a.redis.Keys()); n != 3 {
		t.Errorf("keys = %v, want three records", a.redis.Keys())
	}
}
