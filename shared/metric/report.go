package metric

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// namespace is where the metrics stand in CloudWatch.
const namespace = "Signalbox"

// WriteEMF writes what was counted since the last report to w, one line in
// CloudWatch's Embedded Metric Format for each action, and nothing where nothing
// was.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func (m *Meter) WriteEMF(w io.Writer, at time.Time) error {
	for _, c := range m.sinceLast() {
		line, err := json.Marshal(emf(c, at))
		if err != nil {
			return fmt.Errorf("report metrics: %w", err)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("report metrics: %w", err)
		}
	}
	return m.writeEvents(w, at)
}

// emf is one line; level and timestamp keep Lambda's log filter from dropping it.
func emf(c Counts, at time.Time) map[string]any {
	units := []map[string]string{
		{"Name": "Calls", "Unit": "Count"},
		{"Name": "Throttled", "Unit": "Count"},
		{"Name": "Retried", "Unit": "Count"},
		{"Name": "Failed", "Unit": "Count"},
		{"Name": "Waited", "Unit": "Seconds"},
	}
	return map[string]any{
		"_aws": map[string]any{
			"Timestamp":         at.UnixMilli(),
			"CloudWatchMetrics": []any{map[string]any{"Namespace": namespace, "Dimensions": [][]string{{"Action"}}, "Metrics": units}},
		},
		"timestamp": at.UTC().Format(time.RFC3339Nano), "level": "INFO", "message": "metrics",
		"Action": c.Action, "Calls": c.Calls, "Throttled": c.Throttled, "Retried": c.Retried, "Failed": c.Failed,
		"Waited": c.WaitedSeconds,
	}
}

// Log writes what was counted since the last report as a log line for each
// action, for indexes such as Alibaba's Simple Log Service to add up.
func (m *Meter) Log(ctx context.Context, logger *slog.Logger) {
	for _, c := range m.sinceLast() {
		logger.LogAttrs(ctx, slog.LevelInfo, "metrics",
			slog.String("action", c.Action), slog.Uint64("calls", c.Calls), slog.Uint64("throttled", c.Throttled),
			slog.Uint64("retried", c.Retried), slog.Uint64("failed", c.Failed), slog.Float64("waited_seconds", c.WaitedSeconds))
	}
	m.logEvents(ctx, logger)
}
