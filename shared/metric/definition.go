package metric

import "time"

// Kind is what may become of a metric's values.
type Kind string

// The kinds, as Prometheus names them.
const (
	KindCounter   Kind = "counter"
	KindGauge     Kind = "gauge"
	KindHistogram Kind = "histogram"
)

// Unit is what the values are in, by CloudWatch's names.
type Unit string

// The units.
const (
	Count   Unit = "Count"
	Seconds Unit = "Seconds"
	Bytes   Unit = "Bytes"
	None    Unit = "None"
)

// Definition is what is said of a metric, the same wherever it is written.
type Definition struct {
	Name string
	// Help is one sentence.
	Help   string
	Kind   Kind
	Unit   Unit
	Labels []string // names; the values come with each sample
	// Buckets are the upper bounds of a histogram's, but for the last, which has none.
	Buckets []float64
}

// Counter only grows.
type Counter struct{ *Definition }

// Gauge goes up and down.
type Gauge struct{ *Definition }

// Histogram has durations.
type Histogram struct{ *Definition }

// Definitions are all metrics, in the order in which they are written.
func Definitions() []Definition {
	all := make([]Definition, len(defined))
	for i, d := range defined {
		all[i] = *d
	}
	return all
}

// defined are what the variables of this package define, in their order.
var defined []*Definition

func define(d Definition) *Definition {
	defined = append(defined, &d)
	return &d
}

func counter(name, help string, labels ...string) Counter {
	return Counter{define(Definition{Name: name, Help: help, Kind: KindCounter, Unit: Count, Labels: labels})}
}

func gauge(name, help string, unit Unit, labels ...string) Gauge {
	return Gauge{define(Definition{Name: name, Help: help, Kind: KindGauge, Unit: unit, Labels: labels})}
}

func histogram(name, help string, buckets []time.Duration, labels ...string) Histogram {
	d := Definition{Name: name, Help: help, Kind: KindHistogram, Unit: Seconds, Labels: labels}
	for _, b := range buckets {
		d.Buckets = append(d.Buckets, b.Seconds())
	}
	return Histogram{define(d)}
}

// calls are the bounds for what somebody waits for, and runs for what nobody does.
var (
	calls = []time.Duration{
		5 * time.Millisecond, 25 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
		time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second, 30 * time.Second,
	}
	runs = []time.Duration{
		100 * time.Millisecond, time.Second, 10 * time.Second, 30 * time.Second, time.Minute,
		2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour,
	}
)
