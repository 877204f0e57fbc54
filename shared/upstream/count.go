package upstream

import (
	"context"
	"errors"
	"strings"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/metric"
	"signalbox/shared/quota"
)

// count counts an attempt. Only of one that was made it is known how long it took.
func count(m *metric.Meter, a aliyun.Attempt) {
	switch {
	case a.Made():
		m.Observe(metric.UpstreamCallDuration, a.Took, a.Action, outcomeOf(a.Failure))
		m.Observe(metric.QuotaWait, a.Waited, a.Action)
	case errors.Is(a.Failure, credential.ErrMissing):
		m.Add(metric.UpstreamCallsRefused, 1, a.Action, "no_credentials")
	default:
		m.Add(metric.UpstreamCallsRefused, 1, a.Action, label(a.Failure.Kind))
	}
	if a.Made() && a.Number > 1 {
		m.Add(metric.UpstreamRetries, 1, a.Action)
	}
}

func outcomeOf(failure *aliyun.Error) string {
	if failure == nil {
		return "ok"
	}
	return label(failure.Kind)
}

// label is a kind of failure as the value of a label.
func label(k aliyun.Kind) string { return strings.ReplaceAll(k.String(), " ", "_") }

// countingQuota counts the calls for which there is no permit in time.
type countingQuota struct {
	quota.Quota

	meter *metric.Meter
}

// Wait waits for a permit.
func (c countingQuota) Wait(ctx context.Context, action string) error {
	err := c.Quota.Wait(ctx, action)
	if _, exhausted := errors.AsType[*quota.ExhaustedError](err); exhausted {
		c.meter.Add(metric.UpstreamCallsRefused, 1, action, "quota_exhausted")
	}
	return err
}

// look sets what is not counted but so at present.
func look(m *metric.Meter, client *aliyun.Client, permits quota.Quota) {
	for _, action := range client.Actions() {
		m.Set(metric.CircuitBreakerOpen, metric.Bool(client.BreakerOpen(action)), action)
		if pace, known := permits.Pace(action); known {
			m.Set(metric.QuotaPace, pace, action)
		}
	}
	if available, known := permits.Shared(); known {
		m.Set(metric.RedisAvailable, metric.Bool(available), "quota")
	}
}
