package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signalbox/shared/serve/servetest"
)

// TestQueuesOnFC delivers a report by each of Function Compute's queues, and again
// as it is delivered after a failure.
func TestQueuesOnFC(t *testing.T) {
	t.Parallel()
	c := newClouds(t)
	fc := servetest.StartFC(t, executable(t, "conversion"), c.of("conversion")...)
	for file, sent := range map[string]int64{
		"mns-queue.json": 1617863297093, "rabbitmq.json": 1628751400709, "kafka.json": 1655952591589, "mns-topic.json": 1550216302888,
	} {
		before := len(c.cloud.Conversions())
		for range 2 {
			got := fc.Invoke(t.Context(), sample(t, file))
			if want := `{"batchItemFailures":[]}`; got.Err != nil || string(got.Payload) != want {
				t.Errorf("%s answers %s, %+v; want %s", file, got.Payload, got.Err, want)
			}
		}
		arrived := c.cloud.Conversions()[before:]
		if len(arrived) != 2 || arrived[0].Rate != "0.53" || arrived[0].ReportTime != sent || arrived[1].ReportTime != sent {
			t.Errorf("%s: forwarded %+v, want 0.53 of %d, and the same again", file, arrived, sent)
		}
	}
}

// TestQueuesOnFCFail delivers what cannot be forwarded, alone and beside what can.
func TestQueuesOnFCFail(t *testing.T) {
	t.Parallel()
	c := newClouds(t)
	fc := servetest.StartFC(t, executable(t, "conversion"), c.of("conversion")...)
	mixed := strings.Replace(string(sample(t, "rocketmq.json")), `"body": "first"`, `"body": "{\"conversionRate\":0.53}"`, 1)
	for _, tt := range []struct{ name, event, kind, message string }{
		{"a batch of which one is bad", mixed, "BatchError", "of 2 messages 1 failed and 0 were not tried"},
		{"a bare message", string(sample(t, "mns-topic-stream.json")), "EventError", "event of unknown shape"},
	} {
		got := fc.Invoke(t.Context(), []byte(tt.event))
		if got.Err == nil || got.Err.Type != tt.kind || !strings.HasPrefix(got.Err.Message, tt.message) {
			t.Errorf("%s answers %s, %+v; want %s: %s", tt.name, got.Payload, got.Err, tt.kind, tt.message)
		}
	}
	if arrived := c.cloud.Conversions(); len(arrived) != 1 || arrived[0].Rate != "0.53" {
		t.Errorf("forwarded %+v, want the one good rate", arrived)
	}
}

// sample reads an event that shared/serve/event is tested with.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "shared", "serve", "event", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
