package otpwatch

import (
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/metric"
	"signalbox/shared/notify"
	"signalbox/shared/receiver"
	"signalbox/shared/route"
)

// Receivers are who is notified.
func (w *Watch) Receivers() []notify.Receiver { return w.config.To.Receivers }

// Show has the meter show, for so long, what the run knows at its end: the incidents that
// are open, and what waits for receivers.
func (r *Run) Show(lifetime time.Duration) {
	open := make(map[[2]string]int)
	for _, i := range r.incidents.open() {
		open[[2]string{i.Key.Rule, string(i.Severity)}]++
	}
	samples := receiver.CountRun(r.config.Meter, r.reports)
	for _, name := range route.Rules(route.OTPs) {
		for _, severity := range []incident.Severity{incident.Critical, incident.Warning} {
			samples = append(samples, metric.Sample{
				Gauge: metric.IncidentsOpen, Value: float64(open[[2]string{name, string(severity)}]), Labels: []string{name, string(severity)},
			})
		}
	}
	r.config.Meter.Show("watch", lifetime, samples...)
}
