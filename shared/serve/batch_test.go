package serve_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"signalbox/shared/serve/servetest"
)

// cloudEvents is an event stream's batch of two messages.
func cloudEvents(bodies [2]string) []byte {
	const message = `{"specversion":"1.0","type":"mq:Topic:SendMessage","id":"m-%d","time":"2026-11-22T10:00:00Z","data":{"body":%q}}`
	return fmt.Appendf(nil, "["+message+","+message+"]", 1, bodies[0], 2, bodies[1])
}

// TestBatchOnFC answers a batch that is taken back as a whole or not at all.
func TestBatchOnFC(t *testing.T) {
	t.Parallel()
	p := servetest.StartFC(t, servetest.Build(t, bootstrap))
	tests := []struct {
		name   string
		bodies [2]string
		want   string // of the error; "" means that all is well
	}{
		{"all well", [2]string{"good", "good"}, ""},
		{"one bad", [2]string{"good", "bad"}, "of 2 messages 1 failed and 0 were not tried"},
		{"one not tried", [2]string{"later", "bad"}, "of 2 messages 1 failed and 1 were not tried"},
		{"a panic fails all", [2]string{"good", "panic"}, "of 2 messages 2 failed and 0 were not tried"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := p.Invoke(t.Context(), cloudEvents(tt.bodies))
			if tt.want == "" {
				if string(got.Payload) != `{"batchItemFailures":[]}` || got.Err != nil {
					t.Errorf("batch %v = %s, %v, want nothing back", tt.bodies, got.Payload, got.Err)
				}
				return
			}
			want := tt.want + ": the log of request " + got.RequestID + " has the causes"
			if got.Err == nil || got.Err.Type != "BatchError" || got.Err.Message != want {
				t.Errorf("batch %v = %s, %v, want a BatchError: %s", tt.bodies, got.Payload, got.Err, want)
			}
		})
	}
}

func TestBatchNamesTheFailedFirst(t *testing.T) {
	t.Parallel()
	p := servetest.StartLambda(t, servetest.Build(t, bootstrap))
	got := p.Invoke(t.Context(), []byte(`{"Records":[{"eventSource":"aws:sqs","messageId":"m-1","body":"later"},`+
		`{"eventSource":"aws:sqs","messageId":"m-2","body":"bad"}]}`))
	if want := `{"batchItemFailures":[{"itemIdentifier":"m-2"},{"itemIdentifier":"m-1"}]}`; string(got.Payload) != want || got.Err != nil {
		t.Errorf("batch = %s, %v, want %s", got.Payload, got.Err, want)
	}
}

// TestRunByHand invokes a function as a person does.
func TestRunByHand(t *testing.T) {
	t.Parallel()
	binary := servetest.Build(t, bootstrap)
	onFC, onLambda := servetest.StartFC(t, binary), servetest.StartLambda(t, binary)
	for name, p := range map[string]*servetest.Instance{"fc": &onFC.Instance, "lambda": &onLambda.Instance} {
		for event, payload := range map[string]string{`{}`: "", `{"payload":"summary"}`: "summary"} {
			t.Run(name+" "+event, func(t *testing.T) {
				t.Parallel()
				before := time.Now()
				got := p.Invoke(t.Context(), []byte(event))
				var answer struct{ Name, ID, Payload string }
				if err := json.Unmarshal(got.Payload, &answer); err != nil || got.Err != nil {
					t.Fatalf("Invoke(%s) = %s, %v, %v", event, got.Payload, got.Err, err)
				}
				at, err := time.Parse(time.RFC3339Nano, strings.TrimPrefix(answer.ID, "invoke@"))
				if answer.Name != "invoke" || answer.Payload != payload || err != nil || at.Before(before) || at.After(time.Now()) {
					t.Errorf("Invoke(%s) = %+v, want a run of now", event, answer)
				}
			})
		}
	}
}
