package cardflow_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/cardflow"
	"signalbox/shared/aliyun/aliyuntest"
)

const (
	hit    = "signalbox; hit"
	stored = "signalbox; fwd=miss; stored"
)

func TestAnswersAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, nil)
		first := w.look(0)
		w.check("a lookup", first, 200, stored)
		time.Sleep(59 * time.Second)
		second := w.look(0)
		w.check("a lookup within the TTL", second, 200, hit)
		if age := second.Header().Get("Age"); age != "58" && age != "59" {
			t.Errorf("Age = %s, want 58 or 59", age)
		}
		if second.Body.String() != first.Body.String() {
			t.Error("a kept answer differs from the first, want it the same")
		}
		w.checkCalls("within the TTL", 1, 1)
		time.Sleep(2 * time.Second)
		w.check("a lookup after the TTL", w.look(0), 200, stored)
		w.checkCalls("after the TTL", 2, 2)
		w.check("another card", w.look(1), 200, stored)
	})
}

func TestNothingIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, func(c *cardflow.Config) { c.TTL = 0 })
		for range 2 {
			w.check("a lookup without a TTL", w.look(0), 200, "signalbox; fwd=miss")
		}
		w.checkCalls("without a TTL", 2, 2)
		w.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Status500, Count: -1})
		w.check("a lookup without a TTL while Alibaba fails", w.look(0), 502, "")
	})
}

// TestManyCallersShareACall has 500 callers look up one cold card.
func TestManyCallersShareACall(t *testing.T) {
	t.Parallel()
	for _, ttl := range []time.Duration{0, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, 20, func(c *cardflow.Config) { c.TTL = ttl })
			w.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: 300 * time.Millisecond, Count: -1})
			var callers sync.WaitGroup
			for range 500 {
				callers.Go(func() {
					if got := w.look(0); got.Code != 200 {
						t.Errorf("answer = %d, %s; want 200", got.Code, got.Body)
					}
				})
			}
			callers.Wait()
			w.checkCalls("500 callers of one card", 1, 1)
		})
	}
}

// TestCallerLeaves has the first of two callers leave: the other gets its answer from
// the call that the first one began. With the last of them the call ends, and takes no permit.
func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, nil)
		w.check("the lookup before", w.look(1), 200, stored)
		target := "/cards/" + w.cloud.ICCID(0) + "/flow"
		first, leave := context.WithCancel(t.Context())
		var callers sync.WaitGroup
		callers.Go(func() { w.request(first, http.MethodGet, target, "") })
		synctest.Wait()
		callers.Go(func() { w.check("the second caller", w.request(t.Context(), http.MethodGet, target, ""), 200, stored) })
		synctest.Wait()
		leave()
		callers.Wait()
		w.checkCalls("after the first of two has left", 2, 2)

		only, leave := context.WithCancel(t.Context())
		callers.Go(func() { w.request(only, http.MethodGet, "/cards/"+w.cloud.ICCID(2)+"/flow", "") })
		synctest.Wait()
		leave()
		callers.Wait()
		time.Sleep(10 * time.Second)
		w.checkCalls("after the only one has left", 2, 2)
		w.check("a lookup of the same card later", w.look(2), 200, stored)
	})
}

// TestMonthsThatAreOver wants them kept for a day, while what is true now is asked for
// anew; and a call for other months to ask for no second listing.
func TestMonthsThatAreOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		until(time.Date(2021, 12, 10, 10, 0, 0, 0, shanghai))
		w := newWorld(t, 20, nil)
		months := func(query string) *answered {
			return w.request(t.Context(), http.MethodGet, "/cards/"+w.cloud.ICCID(0)+"/flow"+query, "")
		}
		w.check("months that are over", months("?month=202110,202111"), 200, stored)
		w.check("the last two", months(""), 200, stored)
		w.checkCalls("two lookups of one card", 2, 1)
		time.Sleep(10 * time.Hour)
		w.check("the last two, later", months(""), 200, stored)
		over := months("?month=202110,202111")
		w.check("months that are over, later", over, 200, hit)
		if len(over.body.Months) != 2 || over.body.Months[0].Month != "2021-10" || over.Header().Get("Age") != "0" {
			t.Errorf("months that are over = %+v, Age %s; want 2021-10 first, and the rest from now", over.body.Months, over.Header().Get("Age"))
		}
		w.checkCalls("a lookup later", 3, 2)
		time.Sleep(15 * time.Hour)
		w.check("the last two, a day later", months(""), 200, stored)
		w.check("months that are over, a day later", months("?month=202110,202111"), 200, stored)
		w.check("the month that is not over", months("?month=202112"), 200, stored)
		time.Sleep(2 * time.Minute)
		w.check("the last two, two minutes later", months(""), 200, stored)
		w.check("the month that is not over, two minutes later", months("?month=202112"), 200, stored)
	})
}

func TestMissingCardIsRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, nil)
		w.check("a card", w.look(0), 200, stored)
		w.cloud.SetCard(w.cloud.ICCID(0), func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusDestroyed })
		time.Sleep(2 * time.Minute)
		for range 5 {
			got := w.look(0)
			checkProblem(t, got.ResponseRecorder, 404, "no-such-card", "")
			time.Sleep(time.Second)
		}
		if flow, _ := w.calls(); flow != 2 {
			t.Errorf("%d calls, want one for five lookups of a card that does not exist", flow-1)
		}
		w.cloud.SetCard(w.cloud.ICCID(0), func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusInUse })
		time.Sleep(6 * time.Second)
		w.check("a card that exists again", w.look(0), 200, stored)
	})
}
