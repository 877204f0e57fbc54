package conversion_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/internal/testsize"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/dysms"
	"signalbox/shared/serve/event"
)

// queued is a message with a rate.
func queued(id, rate string) event.Message {
	return event.Message{ID: id, Body: []byte(`{"conversionRate":` + rate + `}`), Sent: time.Now().Add(-time.Minute).Truncate(time.Second)}
}

// TestPoisonInABatch delivers one batch again and again, as SQS does and as Function
// Compute does, which repeats all of it: what is good is forwarded once.
func TestPoisonInABatch(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{false, true} {
		t.Run(fmt.Sprint("whole ", whole), func(t *testing.T) {
			t.Parallel()
			eachStore(t, func(t *testing.T, w *world) {
				t.Helper()
				b := event.Batch{Whole: whole, Messages: []event.Message{
					queued("a", "0.1"), queued("poison", "53"), queued("b", "0.2"), queued("refused", "0.777"),
					{ID: "list", Body: []byte(`[{"conversionRate":0.3},{"conversionRate":7},{"conversionRate":0.4}]`)},
				}}
				want := map[string]string{"a": "done", "poison": "failed", "b": "done", "refused": "done", "list": "failed"}
				for range 3 {
					if diff := cmp.Diff(want, became(w.Batch(t.Context(), b))); diff != "" {
						t.Errorf("messages (-want +got):\n%s", diff)
					}
				}
				got := map[string]int{}
				for _, rate := range rates(w.cloud) {
					got[rate]++
				}
				if diff := cmp.Diff(map[string]int{"0.1": 1, "0.2": 1, "0.3": 1, "0.4": 1}, got); diff != "" {
					t.Errorf("at the fake (-want +got):\n%s", diff)
				}
				letters := decoded[lettersAnswer](t, ask(t, w, "GET", "/dead-letters", ""), 200)
				if letters.Total != 1 || letters.DeadLetters[0].ConversionRate != 0.777 {
					t.Errorf("dead letters = %+v, want what Alibaba has refused, once", letters)
				}
			})
		})
	}
}

// TestSameValueInTwoMessages has two messages say the same: both are forwarded.
func TestSameValueInTwoMessages(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		t.Helper()
		w.Batch(t.Context(), event.Batch{Messages: []event.Message{queued("a", "0.1"), queued("b", "0.1")}})
		if n := len(rates(w.cloud)); n != 2 {
			t.Errorf("%d at the fake, want 2", n)
		}
	})
}

// TestDeliveredToTwoInstances delivers a message while another instance has it.
func TestDeliveredToTwoInstances(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		other := w.instance(t, time.Now, 1, w.logs)
		w.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: 3 * time.Second, Count: 1})
		b := event.Batch{Messages: []event.Message{queued("a", "0.1")}}
		var wg sync.WaitGroup
		wg.Go(func() {
			if got := became(w.Batch(t.Context(), b)); got["a"] != "done" {
				t.Errorf("first delivery: %v", got)
			}
		})
		time.Sleep(time.Second)
		if got := became(other.Batch(t.Context(), b)); got["a"] != "not tried" {
			t.Errorf("second delivery: %v, want it not tried", got)
		}
		wg.Wait()
		if got := became(other.Batch(t.Context(), b)); got["a"] != "done" || len(rates(w.cloud)) != 1 {
			t.Errorf("third delivery: %v with %v at the fake; want it done, and forwarded once", got, rates(w.cloud))
		}
	})
}

// TestOutageLongerThanAQueuesReceives has Alibaba down for seven hours, in which each
// message is delivered once, and then again to see whether it was forwarded twice.
// Every way for Alibaba to be down is tried: none uses up a receive.
func TestOutageLongerThanAQueuesReceives(t *testing.T) {
	t.Parallel()
	faults := []aliyuntest.Fault{
		{Kind: aliyuntest.Unavailable503},
		{Kind: aliyuntest.Throttle},
		{Kind: aliyuntest.NoPermission},
		{Kind: aliyuntest.Slow, Delay: time.Hour},
		{Kind: aliyuntest.HTML502},
		{Kind: aliyuntest.Reset},
	}
	for _, fault := range testsize.Of(faults[:3], faults) {
		t.Run(string(fault.Kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
				begin := time.Now()
				w.cloud.Draw(func(aliyuntest.Call) aliyuntest.Fault {
					if time.Since(begin) < 7*time.Hour {
						return fault
					}
					return aliyuntest.Fault{}
				})
				var batches []event.Batch
				want := map[string]int{}
				for time.Since(begin) < 8*time.Hour {
					var b event.Batch
					for i := range 10 {
						rate := dysms.FormatRate(float64(10*len(batches)+i) / 100_000)
						b.Messages, want[rate] = append(b.Messages, queued(rate, rate)), 1
					}
					deliver(t, w, b)
					batches = append(batches, b)
					run(t, w.Function)
					time.Sleep(10 * time.Minute)
				}
				for range 60 {
					run(t, w.Function)
				}
				for _, b := range batches {
					deliver(t, w, b)
				}
				got := map[string]int{}
				for _, rate := range rates(w.cloud) {
					got[rate]++
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("at the fake (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// deliver has a batch worked on within the time of an invocation. All of it must be done.
func deliver(t *testing.T, w *world, b event.Batch) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 28*time.Second)
	defer cancel()
	for _, r := range w.Batch(ctx, b) {
		if r.Err != nil {
			t.Errorf("message %s: %v", r.ID, r.Err)
		}
	}
	if ctx.Err() != nil {
		t.Error("the batch took all of its time")
	}
}

// TestStoreDownForAQueue has the store down: messages are forwarded all the same, and
// handed back where Alibaba is down, too.
func TestStoreDownForAQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, stores["file"](t), aliyuntest.Options{}, time.Now)
		w.store.set(true)
		if got := became(w.Batch(t.Context(), event.Batch{Messages: []event.Message{queued("a", "0.1")}})); got["a"] != "done" || len(rates(w.cloud)) != 1 {
			t.Errorf("message %v, want it forwarded", got)
		}
		w.cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Unavailable503, Count: -1})
		if got := became(w.Batch(t.Context(), event.Batch{Messages: []event.Message{queued("b", "0.1")}})); got["b"] == "done" {
			t.Errorf("message %v, want it handed back", got)
		}
		if !strings.Contains(w.logs.String(), `"report not remembered"`) {
			t.Errorf("log = %s", w.logs)
		}
	})
}
