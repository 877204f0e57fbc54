package rule

import (
	"slices"
	"time"

	"signalbox/shared/incident"
)

// Silence keeps verdicts quiet that somebody knows about.
type Silence struct {
	Match
	Rule    string    // empty: all
	Until   time.Time // the first moment at which it is over
	Comment string    // why, for people
}

// Mute keeps quiet what can wait for the morning. Its times are those of a wall
// clock: on the nights when clocks change it is longer or shorter.
type Mute struct {
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

// hush sets what is quiet of the verdicts on r.
func (p Policy) hush(verdicts []incident.Verdict, r Reading, now time.Time) []incident.Verdict {
	hidden := hiddenBy(verdicts)
	muted := slices.ContainsFunc(p.Mutes, func(m Mute) bool { return m.covers(now) })
	for i, v := range verdicts {
		verdicts[i].Quiet = slices.Contains(hidden, v.Rule) ||
			muted && !critical(v.Reason) ||
			slices.ContainsFunc(p.Silences, func(s Silence) bool { return s.silences(v.Rule, r, now) })
	}
	return verdicts
}

// hiddenBy returns the rules that say nothing new beside the verdicts: of a card
// that is offline for one reason, no other matters.
func hiddenBy(verdicts []incident.Verdict) []string {
	var hidden []string
	for _, v := range verdicts {
		switch {
		case v.Level == 0:
		case v.Reason == Expired:
			hidden = append(hidden, Usage, Forecast)
		case v.Reason == UsedUp:
			hidden = append(hidden, Forecast)
		case v.Rule == Stopped:
			hidden = append(hidden, Forecast, Stale)
		}
	}
	return hidden
}

func (s Silence) silences(rule string, r Reading, now time.Time) bool {
	return now.Before(s.Until) && (s.Rule == "" || s.Rule == rule) && s.covers(r)
}

func (m Mute) covers(now time.Time) bool {
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

func (m Mute) on(day time.Weekday) bool {
	return len(m.Days) == 0 || slices.Contains(m.Days, day)
}
