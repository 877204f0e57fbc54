package quota

import (
	"math"
	"time"
)

const (
	// remaining is the part of what was accepted lately that a throttled
	// account goes back to.
	remaining = 0.95
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
// speed. The Lua scripts do the same sums for all instances at once.
type pace struct {
	quota float64 // calls a second, as configured

	found    float64   // calls a second right after the last throttling answer
	since    time.Time // when that was; zero: never
	accepted window    // permits given out, less the calls that were throttled
}

// at returns calls a second at t.
func (p *pace) at(t time.Time) float64 {
	if p.since.IsZero() {
		return p.quota
	}
	clean := t.Sub(p.since)
	grown := p.found + gentle*clean.Seconds()
	if clean > calm {
		grown += steep * math.Pow((clean-calm).Seconds(), 2)
	}
	return min(grown, p.quota)
}

// throttled slows down to a little under what was accepted in the last second.
func (p *pace) throttled(t time.Time) {
	p.accepted.add(t, -1)
	if !p.since.IsZero() && t.Sub(p.since) < settling {
		return
	}
	p.found = max(leastPace, min(p.accepted.lately(t), p.at(t))*remaining)
	p.since = t
}

// window counts by the second. Permits are given out ahead of their time, so
// it keeps a few seconds to come as well as the last two.
type window [16]struct {
	second int64
	n      float64
}

func (w *window) add(t time.Time, n float64) {
	slot := &w[t.Unix()%int64(len(w))]
	if slot.second != t.Unix() {
		slot.second, slot.n = t.Unix(), 0
	}
	slot.n += n
}

// lately estimates the count of the second before t: all of t's own second, and
// of the one before it the part that still counts.
func (w *window) lately(t time.Time) float64 {
	passed := float64(t.Nanosecond()) / float64(time.Second)
	return w.in(t.Unix()) + w.in(t.Unix()-1)*(1-passed)
}

func (w *window) in(second int64) float64 {
	slot := w[second%int64(len(w))]
	if slot.second != second {
		return 0
	}
	return slot.n
}
