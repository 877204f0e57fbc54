package metric_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"signalbox/shared/logging"
	"signalbox/shared/metric"
)

// TestEvents reports what has happened once in each form.
func TestEvents(t *testing.T) {
	t.Parallel()
	m, at := metric.New(), time.UnixMilli(1_700_000_000_000)
	m.Event("dead_letter", 2)
	m.Event("dead_letter", 1)
	m.Event("none", 0)
	var first, second strings.Builder
	for _, out := range []*strings.Builder{&first, &second} {
		if err := m.WriteEMF(out, at); err != nil {
			t.Fatal(err)
		}
	}
	var got struct {
		Event  string
		Events int
	}
	if err := json.Unmarshal([]byte(first.String()), &got); err != nil || got.Event != "dead_letter" || got.Events != 3 || second.Len() != 0 {
		t.Errorf("EMF = %s and then %q, %v; want 3 once", &first, &second, err)
	}
	m.Event("dead_letter", 4)
	var logs, text strings.Builder
	m.Log(t.Context(), logging.New(&logs, slog.LevelInfo))
	if !strings.Contains(logs.String(), `"event":"dead_letter","events":4`) {
		t.Errorf("log = %s, want the 4 that are new", &logs)
	}
	m.WritePrometheus(&text)
	if !strings.Contains(text.String(), `signalbox_events_total{event="dead_letter"} 7`+"\n") {
		t.Errorf("Prometheus = %s, want all 7", &text)
	}
}
