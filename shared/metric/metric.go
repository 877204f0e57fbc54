// Package metric counts the calls to Alibaba, per action, and what else happens, and
// hands the counts over in the form that each platform's users expect: Prometheus
// text over HTTP, Embedded Metric Format lines on Lambda, log lines on Function
// Compute.
package metric

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// Call is one attempt of a call, as far as it is counted.
type Call struct {
	Action    string
	Made      bool          // false: refused before it was sent
	Retry     bool          // not the first attempt
	Failed    bool          // throttled attempts included
	Throttled bool          // Alibaba said too fast
	Waited    time.Duration // for a permit of the quota
}

// Meter adds calls up. Make it with [New]; it is safe for concurrent use.
type Meter struct {
	set         *metrics.Set
	wrongTokens *metrics.Counter

	mu      sync.Mutex
	actions map[string]*counters
	events  map[string]*happened
}

// New returns a Meter at zero.
func New() *Meter {
	set := metrics.NewSet()
	return &Meter{
		set: set, wrongTokens: set.NewCounter("signalbox_wrong_tokens_total"),
		actions: make(map[string]*counters), events: make(map[string]*happened),
	}
}

// counters are the counts of one action, and what was reported of them.
type counters struct {
	action                            string
	calls, throttled, retried, failed *metrics.Counter
	waited                            *metrics.FloatCounter
	reported                          Counts
}

// Counts are the calls of one action.
type Counts struct {
	Action        string
	Calls         uint64
	Throttled     uint64
	Retried       uint64
	Failed        uint64
	WaitedSeconds float64
}

// Count adds one attempt.
func (m *Meter) Count(c Call) {
	n := m.of(c.Action)
	increment(n.calls, c.Made)
	increment(n.throttled, c.Throttled)
	increment(n.retried, c.Retry)
	increment(n.failed, c.Failed)
	n.waited.Add(c.Waited.Seconds())
}

// CountWrongToken adds one request that showed a token that opens nothing.
func (m *Meter) CountWrongToken() { m.wrongTokens.Inc() }

func increment(c *metrics.Counter, really bool) {
	if really {
		c.Inc()
	}
}

// WritePrometheus writes the totals since the start as Prometheus text.
//
// https://prometheus.io/docs/instrumenting/exposition_formats/
func (m *Meter) WritePrometheus(w io.Writer) { m.set.WritePrometheus(w) }

// sinceLast returns what was counted since it was last called, by action, and
// nothing of actions that were not called.
func (m *Meter) sinceLast() []Counts {
	m.mu.Lock()
	defer m.mu.Unlock()
	var changes []Counts
	for _, n := range m.actions {
		total := n.total()
		if total != n.reported {
			changes = append(changes, total.minus(n.reported))
			n.reported = total
		}
	}
	slices.SortFunc(changes, func(a, b Counts) int { return cmp.Compare(a.Action, b.Action) })
	return changes
}

func (m *Meter) of(action string) *counters {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, ok := m.actions[action]
	if !ok {
		name := func(what string) string { return fmt.Sprintf("signalbox_upstream_%s{action=%q}", what, action) }
		n = &counters{
			action:    action,
			calls:     m.set.NewCounter(name("calls_total")),
			throttled: m.set.NewCounter(name("throttled_total")),
			retried:   m.set.NewCounter(name("retried_total")),
			failed:    m.set.NewCounter(name("failed_total")),
			waited:    m.set.NewFloatCounter(name("waited_seconds_total")),
			reported:  Counts{Action: action},
		}
		m.actions[action] = n
	}
	return n
}

func (n *counters) total() Counts {
	return Counts{n.action, n.calls.Get(), n.throttled.Get(), n.retried.Get(), n.failed.Get(), n.waited.Get()}
}

func (c Counts) minus(d Counts) Counts {
	return Counts{
		c.Action, c.Calls - d.Calls, c.Throttled - d.Throttled, c.Retried - d.Retried, c.Failed - d.Failed,
		c.WaitedSeconds - d.WaitedSeconds,
	}
}
