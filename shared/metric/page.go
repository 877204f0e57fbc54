package metric

import (
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ContentType is that of a page.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// functionLabel has the name of the function.
const functionLabel = "function"

// Source is what is counted of one function.
type Source struct {
	// Function is the value of the label function.
	Function string
	Meter    *Meter
}

// WritePage writes what GET /metrics answers, as Prometheus text: the values of all
// sources, and those of the process.
//
// https://prometheus.io/docs/instrumenting/exposition_formats/
func WritePage(w io.Writer, sources ...Source) {
	now, all := time.Now(), make(map[*Definition][]sample)
	for _, s := range sources {
		s.Meter.update()
		s.Meter.add(all, []label{{functionLabel, s.Function}}, now)
	}
	process := empty()
	process.readProcess()
	process.add(all, nil, now)
	_, _ = io.WriteString(w, pageOf(all)) // The caller may not be there any more.
}

// WritePrometheus writes the values of m alone, as [WritePage] does.
func (m *Meter) WritePrometheus(w io.Writer) {
	all := make(map[*Definition][]sample)
	m.update()
	m.add(all, nil, time.Now())
	_, _ = io.WriteString(w, pageOf(all)) // As above.
}

type label struct{ name, value string }

// sample is one line of a page.
type sample struct {
	suffix string
	labels []label
	value  float64
}

// add adds the samples of m, each with more labels.
func (m *Meter) add(all map[*Definition][]sample, more []label, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for d, by := range m.series {
		ordered := make([]*series, 0, len(by))
		for _, s := range by {
			ordered = append(ordered, s)
		}
		slices.SortFunc(ordered, func(a, b *series) int { return slices.Compare(a.labels, b.labels) })
		for _, s := range ordered {
			all[d] = append(all[d], s.samples(d, labelsOf(d, more, s.labels))...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.shown)) {
		s := m.shown[name]
		for _, one := range s.samples {
			if now.Before(s.until) {
				d := one.Gauge.Definition
				all[d] = append(all[d], sample{labels: labelsOf(d, more, one.Labels), value: one.at(now)})
			}
		}
	}
}

func labelsOf(d *Definition, more []label, values []string) []label {
	labels := slices.Clone(more)
	for i, name := range d.Labels {
		labels = append(labels, label{name, values[i]})
	}
	return labels
}

// samples are the lines of a series.
func (s *series) samples(d *Definition, labels []label) []sample {
	if d.Kind != KindHistogram {
		return []sample{{labels: labels, value: s.value}}
	}
	var lines []sample
	var within uint64
	bucket := func(bound string, n uint64) {
		lines = append(lines, sample{"_bucket", append(slices.Clone(labels), label{"le", bound}), float64(n)})
	}
	for i, bound := range d.Buckets {
		within += s.within[i]
		bucket(number(bound), within)
	}
	bucket("+Inf", s.count)
	return append(lines, sample{"_sum", labels, s.value}, sample{"_count", labels, float64(s.count)})
}

// pageOf writes each metric under what is said of it.
func pageOf(all map[*Definition][]sample) string {
	var page strings.Builder
	for _, d := range defined {
		if len(all[d]) == 0 {
			continue
		}
		page.WriteString("# HELP " + d.Name + " " + helpEscapes.Replace(d.Help) + "\n")
		page.WriteString("# TYPE " + d.Name + " " + string(d.Kind) + "\n")
		for _, s := range all[d] {
			page.WriteString(d.Name + s.suffix + text(s.labels) + " " + number(s.value) + "\n")
		}
	}
	return page.String()
}

var (
	helpEscapes  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	valueEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// text writes labels as they stand behind a name.
func text(labels []label) string {
	if len(labels) == 0 {
		return ""
	}
	parts := make([]string, len(labels))
	for i, l := range labels {
		parts[i] = l.name + `="` + valueEscapes.Replace(strings.ToValidUTF8(l.value, "�")) + `"`
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// number writes a value: without an exponent where it has no fraction, so that people can
// read it.
func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
