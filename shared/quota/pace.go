package quota

import (
	"math"
	"time"
)

const (
	// remaining is the part of what was accepted lately that a throttled
	// account goes back to.
	remaining = 0.95
	// used is the part of the pace from which on it counts as used up: what was
	// accepted is then what the account has.
	used = 0.8
	// leastPace is the slowest a quota gets, in calls a second.
	leastPace = 1.0
	// gentle is the climb after a throttling answer, in calls a second per
	// second: slow, because the limit that was just found is probably still there.
	gentle = 0.05
	// steep is the climb once nothing was throttled for calm: the square of the
	// time since, so that a quota that was raised is soon used.
	steep = 0.02
	calm  = 15 * time.Second
	// settling is how long after a throttling answer further ones say nothing
	// new: they answer calls that were already under way.
	settling = time.Second
)

// pace is how fast an action is called: the quota, or less after Alibaba has
// throttled. It grows back by itself. The zero value with a quota is at full
// speed. Times are since the engine began. timeline.lua does the same sums.
type pace struct {
	quota float64 // calls a second, as configured

	found   float64       // calls a second right after the last throttling answer; 0: there was none
	since   time.Duration // when that was
	permits window        // given out
	refused window        // of them, throttled
}

// at returns calls a second at t.
func (p *pace) at(t time.Duration) float64 {
	if p.found == 0 {
		return p.quota
	}
	clean := t - p.since
	grown := p.found + gentle*clean.Seconds()
	if clean > calm {
		grown += steep * math.Pow((clean-calm).Seconds(), 2)
	}
	return min(grown, p.quota)
}

// throttled slows down.
func (p *pace) throttled(t time.Duration) {
	p.refused.add(t, 1)
	if p.found > 0 && t-p.since < settling {
		return
	}
	speed, given := p.at(t), p.permits.lately(t)
	if given >= used*speed {
		speed = min(speed, given-p.refused.lately(t))
	}
	p.found, p.since = max(leastPace, speed*remaining), t
}

// window counts by the second. Permits are given out a little ahead of their time.
type window [4]struct {
	second int64
	n      float64
}

func (w *window) add(t time.Duration, n float64) {
	second := int64(t / time.Second)
	slot := &w[second%int64(len(w))]
	if slot.second != second {
		slot.second, slot.n = second, 0
	}
	slot.n += n
}

// lately estimates the count of the second before t: all of t's own second, and
// of the one before it the part that still counts.
func (w *window) lately(t time.Duration) float64 {
	second, passed := int64(t/time.Second), (t % time.Second).Seconds()
	return w.in(second) + w.in(second-1)*(1-passed)
}

func (w *window) in(second int64) float64 {
	if second < 0 {
		return 0
	}
	slot := w[second%int64(len(w))]
	if slot.second != second {
		return 0
	}
	return slot.n
}
