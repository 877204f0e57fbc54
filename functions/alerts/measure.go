package alerts

import (
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/metric"
	"signalbox/shared/receiver"
)

// The names by which the meter shows what a run knows: of the incidents and outboxes, and
// of the last finished sweep.
const (
	showRun   = "run"
	showSweep = "sweep"
)

// expect has what may happen be counted from the start on.
func (f *Function) expect() {
	m := f.config.Meter
	m.Set(metric.SweepInterval, f.config.Every.Seconds())
	m.Add(metric.SlackRequestsRefused, 0)
	receiver.Expect(m, f.config.Receivers)
	f.config.Heartbeat.expect(m)
}

// believedFor is how long what a run knew is shown. Another process may have made the
// later runs, and nobody tells this one.
func (f *Function) believedFor() time.Duration { return 2*f.config.Every + f.config.RunTimeout }

// count counts changes that were written.
func (r *run) count(changes []rule.Change) {
	for _, c := range changes {
		r.config.Meter.Add(metric.IncidentChanges, 1, c.Incident.Key.Rule, string(c.Kind))
	}
}

// show shows what the run knows at its end.
func (r *run) show() {
	m, lifetime := r.config.Meter, r.believedFor()
	m.Show(showRun, lifetime, append(r.openIncidents(), receiver.CountRun(m, r.reports)...)...)
	c, h := r.state.sweep.Checkpoint, r.state.health
	if !h.Believed.IsZero() {
		m.Set(metric.SweepLastSuccess, float64(h.Believed.Unix()))
	}
	if c.Finished.IsZero() {
		return // What the sweep before it has found is shown for as long as it is believed.
	}
	m.Show(showSweep, lifetime+2*h.Took,
		metric.Sample{Gauge: metric.FleetCards, Value: float64(c.Cards())},
		metric.Sample{Gauge: metric.SweepCardsChecked, Value: float64(c.Counts.Checked)},
		metric.Sample{Gauge: metric.SweepCardsFailed, Value: float64(c.Counts.Failed)},
		metric.Sample{Gauge: metric.SweepDuration, Value: h.Took.Seconds()})
}

// openIncidents are how many there are by rule and severity, also where there are none.
func (r *run) openIncidents() []metric.Sample {
	open := make(map[[2]string]int)
	for _, i := range r.ledger.records {
		if i.IsOpen() {
			open[[2]string{i.Key.Rule, string(i.Severity)}]++
		}
	}
	var samples []metric.Sample
	for _, name := range rule.Names() {
		for _, severity := range []incident.Severity{incident.Critical, incident.Warning} {
			samples = append(samples, metric.Sample{
				Gauge: metric.IncidentsOpen, Value: float64(open[[2]string{name, string(severity)}]),
				Labels: []string{name, string(severity)},
			})
		}
	}
	return samples
}
