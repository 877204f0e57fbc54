package metric

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// happened is how often something has happened, and what was reported of it.
type happened struct {
	total    *metrics.Counter
	reported uint64
}

// Event adds n times that something has happened beside calls, such as
// "conversion_dead_letter". A name is of small letters and underscores, and one of few.
func (m *Meter) Event(name string, n int) {
	if n <= 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	h, ok := m.events[name]
	if !ok {
		h = &happened{total: m.set.NewCounter(fmt.Sprintf("signalbox_events_total{event=%q}", name))}
		m.events[name] = h
	}
	h.total.Add(n)
}

// event is what has happened since the last report.
type event struct {
	name  string
	times uint64
}

func (m *Meter) eventsSinceLast() []event {
	m.mu.Lock()
	defer m.mu.Unlock()
	var changes []event
	for name, h := range m.events {
		if total := h.total.Get(); total != h.reported {
			changes = append(changes, event{name, total - h.reported})
			h.reported = total
		}
	}
	slices.SortFunc(changes, func(a, b event) int { return cmp.Compare(a.name, b.name) })
	return changes
}

func (m *Meter) writeEvents(w io.Writer, at time.Time) error {
	for _, e := range m.eventsSinceLast() {
		line, err := json.Marshal(map[string]any{
			"_aws": map[string]any{
				"Timestamp": at.UnixMilli(),
				"CloudWatchMetrics": []any{map[string]any{
					"Namespace": namespace, "Dimensions": [][]string{{"Event"}},
					"Metrics": []map[string]string{{"Name": "Events", "Unit": "Count"}},
				}},
			},
			"timestamp": at.UTC().Format(time.RFC3339Nano), "level": "INFO", "message": "metrics",
			"Event": e.name, "Events": e.times,
		})
		if err != nil {
			return fmt.Errorf("report metrics: %w", err)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("report metrics: %w", err)
		}
	}
	return nil
}

func (m *Meter) logEvents(ctx context.Context, logger *slog.Logger) {
	for _, e := range m.eventsSinceLast() {
		logger.LogAttrs(ctx, slog.LevelInfo, "metrics", slog.String("event", e.name), slog.Uint64("events", e.times))
	}
}
