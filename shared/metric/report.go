package metric

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// namespace is where the metrics stand in CloudWatch.
const namespace = "Signalbox"

// value is what is new of one metric.
type value struct {
	name   string
	unit   Unit
	number float64
}

// line is what is new of all metrics with the same labels.
type line struct {
	labels []label
	values []value
}

// sinceLast returns what is new since it was last called: the increase of counters and of
// histograms, as their sum and count, and the gauges that were set.
func (m *Meter) sinceLast(now time.Time) []line {
	m.update()
	m.mu.Lock()
	defer m.mu.Unlock()
	lines := make(map[string]*line)
	note := func(d *Definition, labels []string, suffix string, unit Unit, n float64) {
		named := labelsOf(d, nil, labels)
		l, ok := lines[text(named)]
		if !ok {
			l = &line{labels: named}
			lines[text(named)] = l
		}
		l.values = append(l.values, value{d.Name + suffix, unit, n})
	}
	for _, d := range defined {
		for _, key := range slices.Sorted(maps.Keys(m.series[d])) {
			m.series[d][key].report(d, note)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.shown)) {
		if s := m.shown[name]; s.fresh {
			s.fresh = false
			for _, one := range s.samples {
				if v := one.at(now); s.isWorthReporting(one, v) {
					note(one.Gauge.Definition, one.Labels, "", one.Gauge.Unit, v)
				}
			}
		}
	}
	all := make([]line, 0, len(lines))
	for _, key := range slices.Sorted(maps.Keys(lines)) {
		all = append(all, *lines[key])
	}
	return all
}

// report notes what is new of a series.
func (s *series) report(d *Definition, note func(d *Definition, labels []string, suffix string, unit Unit, n float64)) {
	added, times := s.value-s.reportedValue, s.count-s.reportedCount
	switch {
	case d.Kind == KindGauge && s.fresh:
		note(d, s.labels, "", d.Unit, s.value)
	case d.Kind == KindCounter && added > 0:
		note(d, s.labels, "", d.Unit, added)
	case d.Kind == KindHistogram && times > 0:
		note(d, s.labels, "_sum", d.Unit, added)
		note(d, s.labels, "_count", Count, float64(times))
	}
	s.reportedValue, s.reportedCount, s.fresh = s.value, s.count, false
}

// WriteEMF writes what is new since the last report to w, one line in CloudWatch's
// Embedded Metric Format for each combination of labels, and nothing where nothing is.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func (s Source) WriteEMF(w io.Writer, at time.Time) error {
	for _, l := range s.Meter.sinceLast(at) {
		encoded, err := json.Marshal(s.emf(l, at))
		if err != nil {
			return fmt.Errorf("report metrics: %w", err)
		}
		if _, err := w.Write(append(encoded, '\n')); err != nil {
			return fmt.Errorf("report metrics: %w", err)
		}
	}
	return nil
}

// emf is one line; level and timestamp keep Lambda's log filter from dropping it.
func (s Source) emf(l line, at time.Time) map[string]any {
	fields := map[string]any{"timestamp": at.UTC().Format(time.RFC3339Nano), "level": "INFO", "message": "metrics"}
	labels := append([]label{{functionLabel, s.Function}}, l.labels...)
	dimensions := make([]string, len(labels))
	for i, one := range labels {
		dimensions[i], fields[one.name] = one.name, one.value
	}
	units := make([]map[string]string, len(l.values))
	for i, v := range l.values {
		units[i], fields[v.name] = map[string]string{"Name": v.name, "Unit": string(v.unit)}, v.number
	}
	fields["_aws"] = map[string]any{
		"Timestamp":         at.UnixMilli(),
		"CloudWatchMetrics": []any{map[string]any{"Namespace": namespace, "Dimensions": [][]string{dimensions}, "Metrics": units}},
	}
	return fields
}

// Log writes what is new since the last report as a log line for each combination of
// labels, for indexes such as Alibaba's Simple Log Service to add up. The function is
// what logger says it is.
func (m *Meter) Log(ctx context.Context, logger *slog.Logger) {
	for _, l := range m.sinceLast(time.Now()) {
		var attrs []slog.Attr
		for _, one := range l.labels {
			attrs = append(attrs, slog.String(one.name, one.value))
		}
		for _, v := range l.values {
			attrs = append(attrs, slog.Float64(v.name, v.number))
		}
		logger.LogAttrs(ctx, slog.LevelInfo, "metrics", attrs...)
	}
}
