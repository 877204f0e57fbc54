package conversion_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/event"
)

// good is a report without a time.
const good = `{"conversionRate":0.53}`

// became says in a word what became of each message.
func became(results []event.Result) map[string]string {
	words := make(map[string]string, len(results))
	for _, r := range results {
		switch {
		case r.Err == nil:
			words[r.ID] = "done"
		case r.NotTried():
			words[r.ID] = "not tried"
		default:
			words[r.ID] = "failed"
		}
	}
	return words
}

func TestBatch(t *testing.T) {
	t.Parallel()
	function, cloud, logs, refused := refusing(t)
	results := function.Batch(t.Context(), event.Batch{Messages: []event.Message{
		{ID: "good-1", Body: []byte(good)},
		{ID: "bad-json", Body: []byte(`{"conversionRate":`)},
		{ID: "good-2", Body: []byte(`{"verified":1,"requested":4}`)},
		{ID: "refused", Body: []byte(refused)},
	}})
	want := map[string]string{"good-1": "done", "bad-json": "failed", "good-2": "done", "refused": "failed"}
	if diff := cmp.Diff(want, became(results)); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	rates := map[string]int{}
	for _, c := range cloud.Conversions() {
		rates[c.Rate]++
	}
	if diff := cmp.Diff(map[string]int{"0.53": 1, "0.25": 1}, rates); diff != "" {
		t.Errorf("rates at the fake (-want +got):\n%s", diff)
	}
	for id, want := range map[string]int{"good-1": 0, "bad-json": 1, "good-2": 0, "refused": 1} {
		if got := strings.Count(logs.String(), `"message_id":"`+id+`"`); got != want {
			t.Errorf("message %s is logged %d times, want %d", id, got, want)
		}
	}
}

// TestMessageTime looks at the time of reports that give none.
func TestMessageTime(t *testing.T) {
	t.Parallel()
	sent := now.Add(-5 * time.Hour)
	tests := []struct {
		name, body string
		sent, want time.Time
	}{
		{"the message's own", good, sent, sent},
		{"the report's comes first", `{"conversionRate":0.53,"reportTime":1349055900000}`, sent, time.UnixMilli(1349055900000)},
		{"the queue says none", good, time.Time{}, now},
		{"the queue's clock is years ahead", good, now.AddDate(5, 0, 0), now},
		{"the queue's clock says 1970", good, time.UnixMilli(1), now},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			function, cloud, _ := setup(t)
			b := event.Batch{Messages: []event.Message{{ID: "m", Body: []byte(tt.body), Sent: tt.sent}}}
			function.Batch(t.Context(), b)
			function.Batch(t.Context(), b) // It is delivered again.
			arrived := cloud.Conversions()
			if len(arrived) != 2 || arrived[0].ReportTime != tt.want.UnixMilli() || arrived[1].ReportTime != tt.want.UnixMilli() {
				t.Errorf("at the fake %+v, want two reports of %d", arrived, tt.want.UnixMilli())
			}
		})
	}
}

// messages returns reports with the ids 0, 1, 2, ...
func messages(n int) event.Batch {
	var b event.Batch
	for i := range n {
		b.Messages = append(b.Messages, event.Message{ID: strconv.Itoa(i), Body: []byte(good)})
	}
	return b
}

// TestBatchWhileTheCircuitBreakerIsOpen fails calls until it is, and then delivers
// a batch.
func TestBatchWhileTheCircuitBreakerIsOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		function, cloud, logs := inBubble(t)
		cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Unavailable503, Count: -1})
		for range 3 {
			function.Batch(t.Context(), messages(4))
		}
		logs.Reset()
		calls, start := len(cloud.Calls("")), time.Now()
		results := function.Batch(t.Context(), messages(10))
		for _, r := range results {
			if !r.NotTried() {
				t.Errorf("message %s: %v, want it not tried", r.ID, r.Err)
			}
		}
		if n, took := len(cloud.Calls(""))-calls, time.Since(start); n != 0 || took != 0 {
			t.Errorf("%d calls in %s, want none at once", n, took)
		}
		if got := logs.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"message":"messages not tried"`) ||
			!strings.Contains(got, "circuit breaker open") || !strings.Contains(got, `"9"`) {
			t.Errorf("log = %s, want one line with all the ids and why", got)
		}
	})
}

// TestBatchSharesTheTime has a service that does not answer: every message is
// tried, and the batch ends before its invocation does.
func TestBatchSharesTheTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		function, cloud, _ := inBubble(t)
		cloud.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: time.Hour, Count: 4})
		ctx, cancel := context.WithTimeout(t.Context(), 28*time.Second)
		defer cancel()
		results := function.Batch(ctx, messages(10))
		if ctx.Err() != nil {
			t.Errorf("the batch took all of its invocation")
		}
		for _, r := range results {
			if r.Err != nil {
				t.Errorf("message %s: %v, want it forwarded after the first attempts hung", r.ID, r.Err)
			}
		}
	})
}

// TestBatchAboveTheQuota has more messages than the quota has permits in time.
func TestBatchAboveTheQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		function, cloud, logs := setupWith(t, aliyuntest.Options{QPS: map[string]int{"ConversionData": 1}}, time.Now)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		counts := map[string]int{}
		for _, word := range became(function.Batch(ctx, messages(10))) {
			counts[word]++
		}
		if counts["done"] != len(cloud.Conversions()) || counts["done"] == 0 || counts["not tried"] == 0 || counts["failed"] != 0 {
			t.Errorf("messages: %v with %d at the fake, want some done and the others not tried:\n%s",
				counts, len(cloud.Conversions()), logs)
		}
	})
}

func TestBatchInGroups(t *testing.T) {
	t.Parallel()
	function, cloud, _ := setup(t)
	report := func(id, group, body string) event.Message {
		return event.Message{ID: id, Group: group, Body: []byte(body)}
	}
	results := function.Batch(t.Context(), event.Batch{Messages: []event.Message{
		report("a1", "a", `{"conversionRate":0.1}`), report("b1", "b", `{"conversionRate":0.5}`),
		report("a2", "a", `{"conversionRate":2}`), report("b2", "b", `{"conversionRate":0.6}`),
		report("a3", "a", `{"conversionRate":0.3}`),
	}})
	want := map[string]string{"a1": "done", "a2": "failed", "a3": "not tried", "b1": "done", "b2": "done"}
	if diff := cmp.Diff(want, became(results)); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	var b []string
	for _, c := range cloud.Conversions() {
		if c.Rate != "0.1" {
			b = append(b, c.Rate)
		}
	}
	if diff := cmp.Diff([]string{"0.5", "0.6"}, b); diff != "" {
		t.Errorf("group b at the fake (-want +got):\n%s", diff)
	}
}
