package metric

import (
	"slices"
	"time"
)

// Sample is the value of a gauge.
type Sample struct {
	Gauge  Gauge
	Value  float64
	Since  time.Time // not zero: the value is the time since then, in seconds
	Labels []string
}

// shown are the samples of one kind, for as long as they are believed.
type shown struct {
	samples []Sample
	until   time.Time
	fresh   bool // not reported yet
	// reported are the samples that were not 0 when they were last reported.
	reported map[string]bool
}

// isWorthReporting reports whether a sample is to be reported: CloudWatch charges for each metric that
// it gets a value of, and most are 0 for ever.
func (s *shown) isWorthReporting(one Sample, value float64) bool {
	key := one.Gauge.Name + "\xff" + keyOf(one.Labels)
	was := s.reported[key]
	s.reported[key] = value != 0
	return value != 0 || was || len(one.Labels) == 0
}

// Show sets samples together, such as all that a run knows of the state. They replace
// those that were shown by the same name before, and are forgotten after lifetime:
// another process may have made a later run.
func (m *Meter) Show(name string, lifetime time.Duration, samples ...Sample) {
	m.mu.Lock()
	defer m.mu.Unlock()
	reported := make(map[string]bool)
	if before := m.shown[name]; before != nil {
		reported = before.reported
	}
	m.shown[name] = &shown{samples: slices.Clone(samples), until: time.Now().Add(lifetime), fresh: true, reported: reported}
}

// Forget forgets what was shown by a name.
func (m *Meter) Forget(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.shown, name)
}

// at is the value of a sample.
func (s Sample) at(now time.Time) float64 {
	if s.Since.IsZero() {
		return s.Value
	}
	return max(0, now.Sub(s.Since).Seconds())
}
