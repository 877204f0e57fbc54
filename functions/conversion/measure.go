package conversion

import (
	"context"
	"time"

	"signalbox/functions/conversion/window"
	"signalbox/shared/metric"
	"signalbox/shared/receiver"
)

// eventRefused is the outcome of an OTP event that nobody can count, beside those of the
// ledger.
const eventRefused = "refused"

// showReports is the name by which the meter shows what a run knows of reports and windows.
const showReports = "reports"

// believedFor is how long what a run knew is shown. Another process may have made the
// later runs, of which there is one each minute, and nobody tells this one.
const believedFor = 10 * time.Minute

// expect has what may happen be counted from the start on.
func (f *Function) expect() {
	m := f.config.Meter
	for _, outcome := range []string{countForwarded, countAccepted, countDeadLetter, countWindow} {
		m.Add(metric.Reports, 0, outcome)
	}
	if f.config.Ledger != nil {
		for o := window.Accepted; o <= window.Damaged; o++ {
			m.Add(metric.OTPEvents, 0, o.String())
		}
		m.Add(metric.OTPEvents, 0, eventRefused)
		m.Add(metric.OTPWindowsClosed, 0)
	}
	if f.config.Watch != nil {
		receiver.Expect(m, f.config.Watch.Receivers())
	}
}

func (f *Function) countEvents(outcomes []window.Outcome) {
	by := make(map[window.Outcome]int)
	for _, o := range outcomes {
		by[o]++
	}
	for o, n := range by {
		f.config.Meter.Add(metric.OTPEvents, n, o.String())
	}
}

// observed is how the reports of rates did at the end of a run.
type observed struct {
	waiting, letters int
	oldest           time.Time // zero: nothing waits, or nobody knows since when
}

// show shows what the run knows at its end. What cannot be read now is left out: the run's
// error says why.
func (r *run) show(ctx context.Context, err error) {
	m := r.config.Meter
	m.Set(metric.StateAvailable, metric.Bool(err == nil))
	m.Add(metric.OTPWindowsClosed, r.report.Closed)
	if err != nil {
		m.Forget(showReports)
		return
	}
	samples := []metric.Sample{{Gauge: metric.ReportsWaiting, Value: float64(r.report.Waiting)}}
	if o := r.observed; o != nil {
		samples = append(samples, metric.Sample{Gauge: metric.DeadLetters, Value: float64(o.letters)})
		if o.waiting == 0 || !o.oldest.IsZero() {
			samples = append(samples, metric.Sample{Gauge: metric.ReportsOldestAge, Since: o.oldest})
		}
	}
	m.Show(showReports, believedFor, append(samples, r.windowsNow(ctx)...)...)
}

// windowsNow are how many windows there are that are not reported yet.
func (r *run) windowsNow(ctx context.Context) []metric.Sample {
	if r.config.Windows == nil {
		return nil
	}
	bounded, cancel := afterwards(ctx)
	defer cancel()
	now := r.config.Now()
	list, err := r.config.Windows.Windows(bounded, now.Add(-r.config.Length-r.config.Grace), now.Add(window.MaxAhead))
	if err != nil {
		return nil
	}
	by := map[window.Status]int{window.Open: 0, window.Closing: 0}
	for _, w := range list {
		by[w.Status]++
	}
	if by[window.Waiting], err = r.config.Windows.Waiting(bounded); err != nil {
		return nil
	}
	var samples []metric.Sample
	for _, status := range []window.Status{window.Open, window.Closing, window.Waiting} {
		samples = append(samples, metric.Sample{Gauge: metric.OTPWindows, Value: float64(by[status]), Labels: []string{string(status)}})
	}
	return samples
}
