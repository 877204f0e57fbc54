package lookup

import (
	"context"
	"errors"

	"signalbox/shared/metric"
)

// The outcomes of lookups, as they are counted. A caller that has left says nothing of
// how lookups do.
const (
	countNotFound = "not_found"
	countFailed   = "failed"
	countLeft     = "caller_left"
)

var countOrigin = map[Origin]string{Miss: "miss", Hit: "hit", Stale: "stale"}

// expect has each outcome be counted from the start on, and Redis be looked at.
func (l *Lookups) expect() {
	for _, outcome := range []string{countOrigin[Miss], countOrigin[Hit], countOrigin[Stale], countNotFound, countFailed, countLeft} {
		l.config.Meter.Add(metric.Lookups, 0, outcome)
	}
	if l.shared == nil {
		return
	}
	l.config.Meter.OnCollect(func() {
		if l.shared.asked.Load() {
			l.config.Meter.Set(metric.RedisAvailable, metric.Bool(!l.shared.outage.on.Load()), "lookups")
		}
	})
}

func (l *Lookups) count(ctx context.Context, a Answer, err error) {
	outcome := countOrigin[a.Origin]
	switch {
	case err == nil:
	case errors.Is(ctx.Err(), context.Canceled):
		outcome = countLeft
	case isMissing(err):
		outcome = countNotFound
	default:
		outcome = countFailed
	}
	l.config.Meter.Add(metric.Lookups, 1, outcome)
}
