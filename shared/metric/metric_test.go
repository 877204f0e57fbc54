package metric_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/logging"
	"signalbox/shared/metric"
)

func counted() *metric.Meter {
	m := metric.New()
	m.Count(metric.Call{Action: "ListCardInfo", Made: true, Waited: 50 * time.Millisecond})
	m.Count(metric.Call{Action: "ListCardInfo", Made: true, Failed: true, Throttled: true})
	m.Count(metric.Call{Action: "ListCardInfo", Made: true, Retry: true})
	m.Count(metric.Call{Action: "GetCardFlowInfo", Failed: true})
	return m
}

func TestPrometheus(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	counted().WritePrometheus(&text)
	for _, want := range []string{
		`signalbox_upstream_calls_total{action="ListCardInfo"} 3`,
		`signalbox_upstream_throttled_total{action="ListCardInfo"} 1`,
		`signalbox_upstream_retried_total{action="ListCardInfo"} 1`,
		`signalbox_upstream_failed_total{action="GetCardFlowInfo"} 1`,
		`signalbox_upstream_calls_total{action="GetCardFlowInfo"} 0`,
		`signalbox_upstream_waited_seconds_total{action="ListCardInfo"} 0.05`,
	} {
		if !strings.Contains(text.String(), want+"\n") {
			t.Errorf("the text lacks %s:\n%s", want, &text)
		}
	}
}

func TestEMFReportsWhatIsNew(t *testing.T) {
	t.Parallel()
	m, at := counted(), time.UnixMilli(1_700_000_000_000)
	var first, second, third strings.Builder
	if err := m.WriteEMF(&first, at); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(first.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines, want one for each action:\n%s", len(lines), &first)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(lines[1]), &got); err != nil {
		t.Fatal(err)
	}
	aws := got["_aws"]
	delete(got, "_aws")
	want := map[string]any{
		"Action": "ListCardInfo", "Calls": 3.0, "Throttled": 1.0, "Retried": 1.0, "Failed": 1.0, "Waited": 0.05,
		"level": "INFO", "message": "metrics", "timestamp": "2023-11-14T22:13:20Z",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
	if directive, err := json.Marshal(aws); err != nil || !strings.Contains(string(directive), `"Timestamp":1700000000000`) {
		t.Errorf("the directive is %s, want the time in it", directive)
	}
	if err := m.WriteEMF(&second, at); err != nil || second.Len() != 0 {
		t.Errorf("a second report says %s, want nothing", &second)
	}
	m.Count(metric.Call{Action: "ListCardInfo", Made: true})
	if err := m.WriteEMF(&third, at); err != nil || !strings.Contains(third.String(), `"Calls":1,`) {
		t.Errorf("after one more call the report says %s, want that one", &third)
	}
}

func TestLog(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	counted().Log(t.Context(), logging.New(&log, nil))
	if n := strings.Count(log.String(), `"message":"metrics"`); n != 2 || !strings.Contains(log.String(), `"throttled":1`) {
		t.Errorf("log has %d lines of metrics, want 2:\n%s", n, &log)
	}
}

func TestCountFromManyGoroutines(t *testing.T) {
	t.Parallel()
	m := metric.New()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { m.Count(metric.Call{Action: "A", Made: true}) })
	}
	all.Wait()
	var text strings.Builder
	m.WritePrometheus(&text)
	if !strings.Contains(text.String(), `calls_total{action="A"} 50`) {
		t.Errorf("50 calls are counted as %s", &text)
	}
}
