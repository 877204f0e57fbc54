package receiver

import (
	"signalbox/shared/metric"
	"signalbox/shared/notify"
)

// The outcomes of notifications, as they are counted.
const (
	countDelivered  = "delivered"
	countFailed     = "failed"
	countDeadLetter = "dead_letter"
)

// Expect has each outcome of notifications be counted from the start on.
func Expect(m *metric.Meter, receivers []notify.Receiver) {
	for _, r := range receivers {
		for _, outcome := range []string{countDelivered, countFailed, countDeadLetter} {
			m.Add(metric.Notifications, 0, r.Name, outcome)
		}
	}
}

// CountDelivery counts what one delivery has done.
func CountDelivery(m *metric.Meter, reports []notify.Report) {
	for _, r := range reports {
		m.Add(metric.Notifications, r.Messages, r.Receiver, countDelivered)
		m.Add(metric.Notifications, r.DeadLettered, r.Receiver, countDeadLetter)
	}
}

// CountRun counts, by the last delivery of a run, the receivers that did not take what
// they were to get, and returns what waits.
func CountRun(m *metric.Meter, reports []notify.Report) (waiting []metric.Sample) {
	for _, r := range reports {
		if r.Why != "" || r.Err != nil {
			m.Add(metric.Notifications, 1, r.Receiver, countFailed)
		}
		if r.Waiting == notify.Unknown {
			continue
		}
		of := []string{r.Receiver}
		waiting = append(waiting, metric.Sample{Gauge: metric.OutboxNotifications, Value: float64(r.Waiting), Labels: of})
		oldest := metric.Sample{Gauge: metric.OutboxOldestAge, Labels: of} // 0: nothing waits
		if r.Waiting > 0 {
			if r.Oldest.IsZero() {
				continue
			}
			oldest.Since = r.Oldest
		}
		waiting = append(waiting, oldest)
	}
	return waiting
}
