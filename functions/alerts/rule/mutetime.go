package rule

import (
	"slices"
	"time"
)

// MuteTime suppresses what can wait for the morning. Its times are those of a wall
// clock: on the nights when clocks change it is longer or shorter.
type MuteTime struct {
	// From is its first minute, To the first after it. With a To that comes
	// earlier it ends on the next day; with one that is equal it is never.
	From, To Clock
	// Days are those it begins on; none means all.
	Days []time.Weekday
	// Zone is that of the clock. Nil: UTC.
	Zone *time.Location
}

// Clock is a time of day in minutes since midnight; 24 hours is the next.
type Clock int

func (p Policy) muted(now time.Time) bool {
	return slices.ContainsFunc(p.MuteTimes, func(m MuteTime) bool { return m.covers(now) })
}

func (m MuteTime) covers(now time.Time) bool {
	if m.Zone == nil {
		m.Zone = time.UTC
	}
	local := now.In(m.Zone)
	clock := Clock(local.Hour()*60 + local.Minute())
	today, yesterday := local.Weekday(), (local.Weekday()+6)%7
	switch {
	case m.From == m.To:
		return false
	case m.From < m.To:
		return m.on(today) && m.From <= clock && clock < m.To
	default:
		return m.on(today) && m.From <= clock || m.on(yesterday) && clock < m.To
	}
}

func (m MuteTime) on(day time.Weekday) bool {
	return len(m.Days) == 0 || slices.Contains(m.Days, day)
}
