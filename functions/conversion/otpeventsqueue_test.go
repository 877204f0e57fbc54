package conversion_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/window"
	"signalbox/shared/serve/event"
	"signalbox/shared/store"
)

// messagesOf returns messages with the ids 0, 1, 2, ...
func messagesOf(bodies ...string) event.Batch {
	var b event.Batch
	for i, body := range bodies {
		b.Messages = append(b.Messages, event.Message{ID: strconv.Itoa(i), Body: []byte(body)})
	}
	return b
}

func TestOTPEventsFromAQueue(t *testing.T) {
	t.Parallel()
	var r recorder
	function, logs := withLedger(&r)
	results := function.Batch(t.Context(), messagesOf(
		`{"type":"requested","id":"a"}`,
		`[{"type":"requested","id":"b"},{"type":"verified","id":"b"}]`,
		"{\"type\":\"requested\",\"id\":\"c\"}\n{\"type\":\"sent\",\"id\":\"c\"}",
		`{"conversionRate":2}`,
		`{"specversion":"1.0","id":"e","source":"/s","type":"otp","data":{"type":"requested","id":"d"}}`,
		`{"type":`,
	))
	want := map[string]string{"0": "done", "1": "done", "2": "failed", "3": "failed", "4": "done", "5": "failed"}
	if diff := cmp.Diff(want, became(results)); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	for i, result := range results {
		if result.ID != strconv.Itoa(i) {
			t.Errorf("result %d is of message %s, want the batch's order", i, result.ID)
		}
	}
	var ids []string
	for _, e := range r.events {
		ids = append(ids, e.ID)
	}
	if diff := cmp.Diff([]string{"a", "b", "b", "c", "d"}, ids); diff != "" || r.calls != 1 {
		t.Errorf("%d calls of the ledger, want one; ids (-want +got):\n%s", r.calls, diff)
	}
	if !strings.Contains(logs.String(), "1 of 2 OTP events refused: event 1: type:") || strings.Count(logs.String(), `"message_id":"2"`) != 1 {
		t.Errorf("log = %s, want why message 2 failed", logs)
	}
}

// TestOTPMessageTime looks at the time of events that give none.
func TestOTPMessageTime(t *testing.T) {
	t.Parallel()
	const body = `{"type":"requested","id":"a"}`
	tests := []struct {
		name, body string
		sent, want time.Time
	}{
		{"the message's", body, now.Add(-5 * time.Hour), now.Add(-5 * time.Hour)},
		{"its own comes first", `{"type":"requested","id":"a","time":"2026-11-25T04:05:06Z"}`, now, time.Date(2026, 11, 25, 4, 5, 6, 0, time.UTC)},
		{"the queue says none", body, time.Time{}, now},
		{"the queue's clock is ahead", body, now.AddDate(5, 0, 0), now},
		{"the queue's clock says 1970", body, time.UnixMilli(1), now},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var r recorder
			function, _ := withLedger(&r)
			b := messagesOf(tt.body)
			b.Messages[0].Sent = tt.sent
			function.Batch(t.Context(), b)
			if len(r.events) != 1 || !r.events[0].Time.Equal(tt.want) {
				t.Errorf("events = %+v, want one of %s", r.events, tt.want)
			}
		})
	}
}

// TestOTPEventsAreHandedBack has no store, or one that cannot be used: nothing was
// tried, which one line says.
func TestOTPEventsAreHandedBack(t *testing.T) {
	t.Parallel()
	down := &recorder{err: errors.New("no connection")}
	with, logs := withLedger(down)
	without, _ := withLedger(nil)
	b := messagesOf(`{"type":"requested","id":"a"}`, `{"type":"sent","id":"a"}`, lines(4999), lines(3))
	for name, function := range map[string]interface {
		Batch(_ context.Context, _ event.Batch) []event.Result
	}{"unavailable": with, "none": without} {
		want := map[string]string{"0": "not tried", "1": "not tried", "2": "not tried", "3": "not tried"}
		if diff := cmp.Diff(want, became(function.Batch(t.Context(), b))); diff != "" {
			t.Errorf("%s: messages (-want +got):\n%s", name, diff)
		}
	}
	if down.calls != 1 || strings.Count(logs.String(), "\n") != 1 || !strings.Contains(logs.String(), "no connection") {
		t.Errorf("%d calls, log = %s; want one call, and one line that says why", down.calls, logs)
	}
}

// damagedLedger cannot take the events of one OTP.
type damagedLedger struct {
	recorder

	id string
}

func (d *damagedLedger) Add(ctx context.Context, events []window.Event) ([]window.Outcome, error) {
	for _, e := range events {
		if e.ID == d.id {
			d.calls++
			return nil, &store.DamagedError{ID: "1", Where: "there", Reason: "a window"}
		}
	}
	return d.recorder.Add(ctx, events)
}

func TestOTPEventsOfADamagedWindow(t *testing.T) {
	t.Parallel()
	l := &damagedLedger{id: "bad"}
	function, _ := withLedger(l)
	results := function.Batch(t.Context(), messagesOf(
		`{"type":"requested","id":"a"}`, `{"type":"requested","id":"bad"}`, `{"type":"requested","id":"c"}`))
	if diff := cmp.Diff(map[string]string{"0": "done", "1": "not tried", "2": "done"}, became(results)); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}
