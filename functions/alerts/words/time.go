package words

import "time"

// Time is how long something takes, and when it is.
type Time struct {
	Moment               string // less than a minute
	Minutes, Hours, Days func(n int) string
	// Past and Future say when something was or will be, and how far from now that is.
	Past, Future func(at, age string) string
}

// Age says a duration the way people do: minutes under two hours, hours under two days,
// or days.
func (t Time) Age(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Minute:
		return t.Moment
	case d < 2*time.Hour:
		return t.Minutes(int(d.Minutes()))
	case d < 48*time.Hour:
		return t.Hours(int(d.Hours()))
	default:
		return t.Days(int(d.Hours() / 24))
	}
}
