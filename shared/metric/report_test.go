package metric_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/logging"
	"signalbox/shared/metric"
)

// TestEMF reports what is new, once, a line for each combination of labels.
func TestEMF(t *testing.T) {
	t.Parallel()
	m, at := counted(), time.UnixMilli(1_700_000_000_000)
	m.Show("run", time.Hour, metric.Sample{Gauge: metric.FleetCards, Value: 100_000})
	report := func() string {
		var out strings.Builder
		if err := (metric.Source{Function: "alerts", Meter: m}).WriteEMF(&out, at); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	lines := strings.Split(strings.TrimSpace(report()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, want 3:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(lines[1]), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"function": "alerts", "action": "ListCardInfo", "outcome": "ok",
		"signalbox_upstream_call_duration_seconds_sum": 60.055, "signalbox_upstream_call_duration_seconds_count": 3.0,
		"level": "INFO", "message": "metrics", "timestamp": "2023-11-14T22:13:20Z",
		"_aws": map[string]any{
			"Timestamp": 1_700_000_000_000.0,
			"CloudWatchMetrics": []any{map[string]any{
				"Namespace": "Signalbox", "Dimensions": []any{[]any{"function", "action", "outcome"}},
				"Metrics": []any{
					map[string]any{"Name": "signalbox_upstream_call_duration_seconds_sum", "Unit": "Seconds"},
					map[string]any{"Name": "signalbox_upstream_call_duration_seconds_count", "Unit": "Count"},
				},
			}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
	for i, want := range map[int]string{
		0: `"signalbox_fleet_cards":100000,"signalbox_unauthorized_requests_total":1,`,
		2: `"signalbox_quota_permits_per_second":19.9,"signalbox_upstream_retries_total":2,`,
	} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %d = %s, want %s in it", i, lines[i], want)
		}
	}
	if again := report(); again != "" {
		t.Errorf("a second report says %s, want nothing", again)
	}
	m.Add(metric.UpstreamRetries, 1, "ListCardInfo")
	m.Set(metric.QuotaPace, 19.9, "ListCardInfo")
	if got := report(); !strings.Contains(got, `"signalbox_upstream_retries_total":1,`) || !strings.Contains(got, `"signalbox_quota_permits_per_second":19.9`) {
		t.Errorf("the third report says %s, want the one retry that is new, and the gauge that was set", got)
	}
}

// TestLog has the same names.
func TestLog(t *testing.T) {
	t.Parallel()
	m := counted()
	var logs strings.Builder
	m.Log(t.Context(), logging.New(&logs, slog.LevelInfo))
	for _, want := range []string{
		`"action":"ListCardInfo","outcome":"ok","signalbox_upstream_call_duration_seconds_sum":60.055,"signalbox_upstream_call_duration_seconds_count":3}`,
		`"message":"metrics","signalbox_unauthorized_requests_total":1}`,
	} {
		if !strings.Contains(logs.String(), want) {
			t.Errorf("log lacks %s:\n%s", want, &logs)
		}
	}
}

// TestReportOfZeros says once that what was reported is 0 again, and nothing of what is 0
// all the time.
func TestReportOfZeros(t *testing.T) {
	t.Parallel()
	m := metric.New()
	report := func(usage float64) string {
		var out strings.Builder
		m.Show("run", time.Hour,
			metric.Sample{Gauge: metric.IncidentsOpen, Value: usage, Labels: []string{"usage", "critical"}},
			metric.Sample{Gauge: metric.IncidentsOpen, Labels: []string{"expiry", "critical"}})
		if err := (metric.Source{Function: "alerts", Meter: m}).WriteEMF(&out, time.Now()); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	for i, want := range []string{"", `"signalbox_incidents_open":2,`, `"signalbox_incidents_open":0,`, ""} {
		got := report([]float64{0, 2, 0, 0}[i])
		if (want == "") != (got == "") || !strings.Contains(got, want) || strings.Contains(got, "expiry") {
			t.Errorf("report %d = %q, want %q in it", i, got, want)
		}
	}
}

// TestNothingIsRedacted wants no name of ours to look like a secret to a log line.
func TestNothingIsRedacted(t *testing.T) {
	t.Parallel()
	for _, d := range metric.Definitions() {
		var logs strings.Builder
		attrs := []any{slog.Float64(d.Name, 1), slog.Float64(d.Name+"_sum", 1)}
		for _, l := range d.Labels {
			attrs = append(attrs, slog.String(l, "value"))
		}
		logging.New(&logs, slog.LevelInfo).InfoContext(t.Context(), "metrics", attrs...)
		if strings.Contains(logs.String(), "[redacted]") {
			t.Errorf("%s is redacted in a log line: %s", d.Name, &logs)
		}
	}
}
