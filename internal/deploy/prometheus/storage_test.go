package prometheus_test

import (
	"context"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"
)

// step is how far two scrapes are apart.
const step = time.Minute

// origin is when the first of a test's scrapes is.
var origin = time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)

// series is one line of a page.
type series struct {
	labels labels.Labels
	value  float64
}

// seriesOf takes a page apart, as a scrape of a job and an instance.
func seriesOf(t *testing.T, p page) []series {
	t.Helper()
	families, err := parse(p.text)
	if err != nil {
		t.Fatal(err)
	}
	var all []series
	add := func(m *dto.Metric, name string, value float64, more ...string) {
		b := labels.NewBuilder(labels.FromStrings("__name__", name, "job", "signalbox", "instance", p.name))
		for _, l := range m.GetLabel() {
			b.Set(l.GetName(), l.GetValue())
		}
		for i := 0; i < len(more); i += 2 {
			b.Set(more[i], more[i+1])
		}
		all = append(all, series{b.Labels(), value})
	}
	for name, f := range families {
		for _, m := range f.GetMetric() {
			switch {
			case m.GetCounter() != nil:
				add(m, name, m.GetCounter().GetValue())
			case m.GetGauge() != nil:
				add(m, name, m.GetGauge().GetValue())
			case m.GetHistogram() != nil:
				h := m.GetHistogram()
				add(m, name+"_sum", h.GetSampleSum())
				add(m, name+"_count", float64(h.GetSampleCount()))
				for _, b := range h.GetBucket() {
					add(m, name+"_bucket", float64(b.GetCumulativeCount()), "le", labels.FormatOpenMetricsFloat(b.GetUpperBound()))
				}
			default:
				t.Fatalf("%s is of another type", name)
			}
		}
	}
	return all
}

// storage keeps series in a folder of the test's.
type storage struct {
	db     *tsdb.DB
	engine *promql.Engine
}

func newStorage(t *testing.T) *storage {
	t.Helper()
	options := tsdb.DefaultOptions()
	options.StripeSize, options.WALSegmentSize = 64, -1
	db, err := tsdb.Open(t.TempDir(), nil, nil, options, nil)
	if err != nil {
		t.Fatal(err)
	}
	db.DisableCompactions()
	t.Cleanup(func() { _ = db.Close() })
	return &storage{db, promql.NewEngine(promql.EngineOpts{MaxSamples: 50_000_000, Timeout: patience, Parser: parser.NewParser(parser.Options{})})}
}

// scrape keeps series at a time.
func (s *storage) scrape(t *testing.T, at time.Time, all []series) {
	t.Helper()
	app := s.db.Appender(context.Background())
	for _, one := range all {
		if _, err := app.Append(0, one.labels, at.UnixMilli(), one.value); err != nil {
			t.Fatalf("%s: %v", one.labels, err)
		}
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
}

// query evaluates an expression at every step from one time to another.
func (s *storage) query(t *testing.T, expression string, from, to time.Time) promql.Matrix {
	t.Helper()
	q, err := s.engine.NewRangeQuery(context.Background(), s.db, nil, expression, from, to, step)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	defer q.Close()
	result := q.Exec(context.Background())
	matrix, err := result.Matrix()
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	// What the query returns is given back to a pool when it is closed.
	var all promql.Matrix
	for _, one := range matrix {
		one.Floats = append([]promql.FPoint(nil), one.Floats...)
		all = append(all, one)
	}
	return all
}
