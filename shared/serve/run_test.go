package serve_test

import (
	"fmt"
	"strings"
	"testing"

	"signalbox/shared/serve/internal/sample"
	"signalbox/shared/serve/servetest"
)

const timer = `{"triggerTime":"2022-07-29T10:02:58Z","triggerName":"hourly","payload":"%s"}`

func TestScheduled(t *testing.T) {
	t.Parallel()
	for name, start := range platforms(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			got, errorType := p.run(t, fmt.Sprintf(timer, "all"))
			want := `{"id":"hourly@2022-07-29T10:02:58Z","name":"hourly","payload":"all"}`
			if got != want || errorType != "" {
				t.Errorf("run = %s, error %q, want %s", got, errorType, want)
			}
			for i, payload := range []string{"fail", "panic", "unencodable"} {
				got, errorType := p.run(t, fmt.Sprintf(timer, payload))
				if errorType != "RunError" || strings.Contains(got, sample.Secret) || strings.Contains(got, ".go") {
					t.Errorf("run %q = %s, error %q, want a RunError without the cause", payload, got, errorType)
				}
				lines := logged(t, p.Output(), "ERROR")
				if len(lines) != i+1 {
					t.Fatalf("after run %q %d error lines, want %d:\n%s", payload, len(lines), i+1, p.Output())
				}
				if line := lines[i]; line["message"] != "run failed" || line["requestId"] == nil {
					t.Errorf("log line of run %q = %v", payload, line)
				}
			}
			if n := strings.Count(p.Output(), "panic: "+sample.Secret); n != 1 {
				t.Errorf("the cause of the panic is in the log %d times, want once:\n%s", n, p.Output())
			}
			if got := p.send(t, request{method: "GET", path: "/healthz"}); got.Status != 204 {
				t.Errorf("after failed runs /healthz = %+v, want 204", got)
			}
		})
	}
}

// TestBare runs a function that has neither a schedule nor a queue.
func TestBare(t *testing.T) {
	t.Parallel()
	p := servetest.StartLambda(t, servetest.Build(t, bootstrap), "SAMPLE=bare")
	got := p.Invoke(t.Context(), []byte(fmt.Sprintf(timer, "fail")))
	if string(got.Payload) != `{"status":"warm"}` || got.Err != nil {
		t.Errorf("run = %s, %v, want a warm answer", got.Payload, got.Err)
	}
	if info := logged(t, p.Output(), "INFO"); len(info) != 1 || info[0]["scheduled_event"] != "hourly@2022-07-29T10:02:58Z" {
		t.Errorf("info lines = %v, want one with the event", info)
	}
	for _, event := range []string{
		`{"Records":[{"eventSource":"aws:sqs","messageId":"m-1","body":"8986-private"}]}`,
		`{"iccid":"8986-private"}`,
	} {
		got := p.Invoke(t.Context(), []byte(event))
		if got.Err == nil || got.Err.Type != "EventError" || strings.Contains(p.Output(), "8986") {
			t.Errorf("Invoke(%s) = %v, want an EventError that quotes nothing:\n%s", event, got.Err, p.Output())
		}
	}
	if lines := logged(t, p.Output(), "ERROR"); len(lines) != 2 {
		t.Errorf("%d error lines, want 2:\n%s", len(lines), p.Output())
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	p := servetest.StartLambda(t, servetest.Build(t, bootstrap))
	tests := []struct {
		name   string
		bodies [2]string
		want   string
	}{
		{"all well", [2]string{"good", "good"}, `{"batchItemFailures":[]}`},
		{"one bad", [2]string{"good", "bad"}, `{"batchItemFailures":[{"itemIdentifier":"m-2"}]}`},
		{
			"a panic fails all",
			[2]string{"good", "panic"},
			`{"batchItemFailures":[{"itemIdentifier":"m-1"},{"itemIdentifier":"m-2"}]}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			event := fmt.Sprintf(`{"Records":[{"eventSource":"aws:sqs","messageId":"m-1","body":%q},`+
				`{"eventSource":"aws:sqs","messageId":"m-2","body":%q}]}`, tt.bodies[0], tt.bodies[1])
			got := p.Invoke(t.Context(), []byte(event))
			if string(got.Payload) != tt.want || got.Err != nil {
				t.Errorf("batch %v = %s, %v, want %s", tt.bodies, got.Payload, got.Err, tt.want)
			}
		})
	}
}
