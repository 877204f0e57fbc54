package cardflow_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/cardflow"
	"signalbox/internal/testsize"
	"signalbox/shared/aliyun/aliyuntest"
)

func staleWith(status int) string {
	return fmt.Sprintf("signalbox; fwd=stale; fwd-status=%d; detail=stale", status)
}

// TestStale has Alibaba fail in every way.
func TestStale(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fail   func(*aliyuntest.Server)
		status int
		within time.Duration
	}{
		{"failing", inject(aliyuntest.Fault{Kind: aliyuntest.Status500}), 502, 3 * time.Second},
		{"connection broken", inject(aliyuntest.Fault{Kind: aliyuntest.Reset}), 502, 3 * time.Second},
		{"denied", inject(aliyuntest.Fault{Kind: aliyuntest.NoPermission}), 502, 3 * time.Second},
		{"throttled", func(cloud *aliyuntest.Server) { cloud.SetQPS(action, 0) }, 429, 3 * time.Second},
		{"throttled with a hint", inject(aliyuntest.Fault{Kind: aliyuntest.Throttle, RetryAfter: 30 * time.Second}), 429, 3 * time.Second},
		{"slow", inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Minute}), 504, 3 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 20, nil)
				first := w.look(0)
				w.check("a lookup", first, 200, stored)
				time.Sleep(30 * time.Minute)
				tt.fail(w.cloud)
				start := time.Now()
				got := w.look(0)
				if got.Code != 200 || !got.body.Stale || got.cacheStatus() != staleWith(tt.status) && got.cacheStatus() != staleWith(504) {
					t.Errorf("a lookup while Alibaba fails = %d, stale %v, %q; want 200, stale, %q", got.Code, got.body.Stale, got.cacheStatus(), staleWith(tt.status))
				}
				if age := got.Header().Get("Age"); age < "1799" || age > "1803" {
					t.Errorf("Age = %s, want half an hour", age)
				}
				if took := time.Since(start); took > tt.within {
					t.Errorf("the stale answer took %v, want at most %v", took, tt.within)
				}
				if got.Header().Get("Etag") == first.Header().Get("Etag") {
					t.Error("a stale answer has the ETag of the fresh one, want another")
				}
				start = time.Now()
				if again := w.look(0); !again.body.Stale || time.Since(start) > 2*time.Second {
					t.Errorf("the next one = %s after %v; want the same, at most 2 s later", again.cacheStatus(), time.Since(start))
				}
				time.Sleep(31 * time.Minute)
				if old := w.look(0); old.Code < 429 || old.cacheStatus() != "" {
					t.Errorf("a lookup after more than an hour = %d, %q; want a refusal", old.Code, old.cacheStatus())
				}
			})
		})
	}
}

func inject(f aliyuntest.Fault) func(*aliyuntest.Server) {
	f.Count = -1
	return func(cloud *aliyuntest.Server) { cloud.Inject(f) }
}

// TestQuotaUsedUp has more cold cards wanted than there is quota: a card that was seen
// is answered all the same.
func TestQuotaUsedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1.0/30, func(c *cardflow.Config) { c.Lister = nil })
		w.check("a lookup", w.look(0), 200, stored)
		time.Sleep(10 * time.Minute)
		w.check("another", w.look(1), 200, stored)
		start := time.Now()
		w.check("the first, with the quota used up", w.look(0), 200, staleWith(429))
		if took := time.Since(start); took > 0 {
			t.Errorf("it took %v, want no time", took)
		}
	})
}

// TestFiveMinutesDown looks 100 cards up again and again while Alibaba is down, and 50 that
// nobody has seen.
func TestFiveMinutesDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, nil)
		const seen = 100
		for i := range seen {
			w.check("a lookup before the outage", w.look(i), 200, stored)
		}
		time.Sleep(50 * time.Minute)
		w.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Reset, Count: -1})
		longest, down := time.Duration(0), testsize.Of(30*time.Second, 5*time.Minute)
		start := time.Now()
		for round := 0; time.Since(start) < down; round++ {
			for i := range seen {
				if got := w.look(i); got.Code != 200 || !got.body.Stale {
					t.Fatalf("card %d in the outage = %d, %s; want it stale", i, got.Code, got.cacheStatus())
				}
			}
			for i := range 50 {
				before := time.Now()
				got := w.look(seen + i)
				if got.Code != 502 && got.Code != 503 {
					t.Fatalf("a card that nobody has seen = %d, %s; want 502 or 503", got.Code, got.Body)
				}
				if round > 0 {
					longest = max(longest, time.Since(before))
				}
			}
			time.Sleep(5 * time.Second)
		}
		if longest > 2*time.Second {
			t.Errorf("a refusal took up to %v, want it at once", longest)
		}
		w.cloud.ClearFaults()
		before := len(w.cloud.Calls(action))
		start = time.Now()
		for time.Since(start) < time.Minute {
			for i := range seen + 50 {
				w.look(i)
			}
			time.Sleep(500 * time.Millisecond)
		}
		calls := w.cloud.Calls(action)[before:]
		perCard := map[string]int{}
		for _, call := range calls {
			perCard[call.Params.Get("Iccid")]++
		}
		for id, n := range perCard {
			if n > 2 { // one that was a probe may be a minute older than the end
				t.Errorf("%d calls for %s in the first minute after the outage, want one", n, id)
			}
		}
		if len(perCard) != seen+50 || len(calls) > seen+60 || w.cloud.MaxPerSecond(action) > 20 {
			t.Errorf("%d calls for %d cards, up to %d a second, in the first minute after the outage; want one for each of 150",
				len(calls), len(perCard), w.cloud.MaxPerSecond(action))
		}
		for i := range seen + 50 {
			if got := w.look(i); got.Code != 200 || got.body.Stale {
				t.Errorf("card %d after the outage = %d, %s; want it fresh", i, got.Code, got.cacheStatus())
			}
		}
	})
}

// TestListingFails wants the lookup answered without what the listing tells, and soon.
func TestListingFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault aliyuntest.Fault
		least time.Duration
	}{
		{"another card", aliyuntest.Fault{Kind: aliyuntest.OtherAccount}, 0},
		{"two rows", aliyuntest.Fault{Kind: aliyuntest.RepeatedCard}, 0},
		{"no row", aliyuntest.Fault{Kind: aliyuntest.FewerCards, Percent: 100}, 0},
		{"no list", aliyuntest.Fault{Kind: aliyuntest.EmptyPage}, 0},
		{"a text for the list", aliyuntest.Fault{Kind: aliyuntest.ListAsText}, 0},
		{"an odd ICCID", aliyuntest.Fault{Kind: aliyuntest.GarbledPage, Garbling: aliyuntest.OddICCID}, 0},
		{"a text for the card", aliyuntest.Fault{Kind: aliyuntest.GarbledPage, Garbling: aliyuntest.TextCard}, 0},
		{"null for the card", aliyuntest.Fault{Kind: aliyuntest.GarbledPage, Garbling: aliyuntest.NullCard}, 0},
		{"denied", aliyuntest.Fault{Kind: aliyuntest.RAMDenied}, 0},
		{"denied with success", aliyuntest.Fault{Kind: aliyuntest.RAMDenied200}, 0},
		{"slow", aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Minute}, time.Second},
		{"throttled", aliyuntest.Fault{Kind: aliyuntest.Throttle, RetryAfter: time.Minute}, 0},
		{"broken", aliyuntest.Fault{Kind: aliyuntest.Status500}, 0},
		{"huge", aliyuntest.Fault{Kind: aliyuntest.Huge}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 20, nil)
				tt.fault.Action, tt.fault.Count = listAction, -1
				w.cloud.Inject(tt.fault)
				start := time.Now()
				got := w.look(0)
				w.check("a lookup", got, 200, stored)
				if b := got.body; b.CardStatus != nil || b.RestBytes != nil || b.Tags != nil || b.UsedBytes == nil {
					t.Errorf("answer = %s; want the listing's members null, and the use known", got.Body)
				}
				if took := time.Since(start); took < tt.least || took > time.Second+100*time.Millisecond {
					t.Errorf("it took %v, want %v to 1.1s", took, tt.least)
				}
				w.cloud.ClearFaults()
				time.Sleep(time.Minute)
				if got := w.look(0); got.body.CardStatus == nil || *got.body.CardStatus != "inUse" || got.body.RestBytes == nil || len(got.body.Tags) != 1 {
					t.Errorf("answer after it = %s; want what the listing says", got.Body)
				}
			})
		})
	}
}

func TestOddTagsAreUnknown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, nil)
		w.cloud.GarbleCard(w.cloud.ICCID(0), aliyuntest.OddTags)
		for range 2 {
			if got := w.look(0); got.body.Tags != nil || got.body.CardStatus == nil {
				t.Errorf("answer = %s; want no tags, and a status", got.Body)
			}
		}
	})
}
