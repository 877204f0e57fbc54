// Package metric counts what happens, and hands it over in the form that each
// platform's users expect: Prometheus text over HTTP, Embedded Metric Format lines on
// Lambda, log lines on Function Compute. What there is to count is defined once, in
// list.go, and has the same name, unit and labels in each form.
//
// Labels have few values: no card, tag, country, prefix or token is one, and a route is
// its pattern. What is not known has no sample, rather than 0.
package metric

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxSeries is how many label values a metric may have. It bounds a mistake: further
// ones count together.
const maxSeries = 500

// other stands for label values beyond maxSeries.
const other = "other"

// Meter has the values of one function. Make it with [New]; it is safe for concurrent use.
type Meter struct {
	mu      sync.Mutex
	series  map[*Definition]map[string]*series
	shown   map[string]*shown
	collect []func()
}

// New returns a Meter with nothing but wrong tokens, of which there are none yet.
func New() *Meter {
	m := empty()
	m.Add(WrongTokens, 0)
	return m
}

func empty() *Meter {
	return &Meter{series: make(map[*Definition]map[string]*series), shown: make(map[string]*shown)}
}

// series is a metric with certain label values.
type series struct {
	labels []string
	value  float64 // of a histogram the sum
	count  uint64  // of a histogram
	within []uint64
	// What was reported of it, and of a gauge whether it was set since.
	reportedValue float64
	reportedCount uint64
	fresh         bool
}

// Add adds n, which is not negative. The labels' values are in the order of their names;
// another number of them is a mistake, and panics. With 0 the sample is there from now on,
// so that the first one that is counted shows as an increase.
func (m *Meter) Add(c Counter, n int, labels ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of(c.Definition, labels).value += float64(max(0, n))
}

// Set sets a gauge, see [Meter.Add] for labels.
func (m *Meter) Set(g Gauge, value float64, labels ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.of(g.Definition, labels)
	s.value, s.fresh = value, true
}

// Bool is 1 for what is so, and 0 for what is not.
func Bool(so bool) float64 {
	if so {
		return 1
	}
	return 0
}

// Unset says that a gauge's value is not known any more.
func (m *Meter) Unset(g Gauge, labels ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.series[g.Definition], keyOf(labels))
}

// Observe adds what took so long, see [Meter.Add] for labels.
func (m *Meter) Observe(h Histogram, took time.Duration, labels ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, seconds := m.of(h.Definition, labels), max(0, took.Seconds())
	s.value += seconds
	s.count++
	if i, _ := slices.BinarySearch(h.Buckets, seconds); i < len(s.within) {
		s.within[i]++
	}
}

// Expect has a histogram's sample be there before the first is observed.
func (m *Meter) Expect(h Histogram, labels ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of(h.Definition, labels)
}

// OnCollect has f set gauges just before they are written.
func (m *Meter) OnCollect(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.collect = append(m.collect, f)
}

// update makes the calls that [Meter.OnCollect] was given.
func (m *Meter) update() {
	m.mu.Lock()
	calls := slices.Clone(m.collect)
	m.mu.Unlock()
	for _, f := range calls {
		f()
	}
}

// of returns a series, under mu.
func (m *Meter) of(d *Definition, labels []string) *series {
	if len(labels) != len(d.Labels) {
		panic(fmt.Sprintf("%s has the labels %q, not %d values", d.Name, d.Labels, len(labels)))
	}
	all := m.series[d]
	if all == nil {
		all = make(map[string]*series)
		m.series[d] = all
	}
	s, ok := all[keyOf(labels)]
	if !ok && len(all) >= maxSeries {
		labels = slices.Repeat([]string{other}, len(labels))
		s, ok = all[keyOf(labels)]
	}
	if !ok {
		s = &series{labels: slices.Clone(labels), within: make([]uint64, len(d.Buckets))}
		all[keyOf(labels)] = s
	}
	return s
}

func keyOf(labels []string) string { return strings.Join(labels, "\xff") }
