package function

import "time"

// Timer says when runs are due.
type Timer struct {
	// Name is the timer's in the log.
	Name string
	// Payload is that of its scheduled events.
	Payload string
	// Every is the time from one run to the next. Zero: a run is due once a day.
	Every time.Duration
	// At is when in the day that is, from midnight on, in Zone.
	At   time.Duration
	Zone *time.Location
}

// Today is when the run of the day of now is due, and the day's name.
func (t Timer) Today(now time.Time) (due time.Time, day string) {
	local := now.In(t.Zone)
	year, month, date := local.Date()
	hour, minute := int(t.At/time.Hour), int(t.At%time.Hour/time.Minute)
	return time.Date(year, month, date, hour, minute, 0, 0, t.Zone), local.Format(time.DateOnly)
}

// After is the first time after now on the grid that begins at first. Both times are of
// one process, so that a clock that is set meanwhile moves nothing.
func (t Timer) After(first, now time.Time) time.Time {
	if now.Before(first) {
		return first
	}
	return now.Add(t.Every - now.Sub(first)%t.Every)
}
