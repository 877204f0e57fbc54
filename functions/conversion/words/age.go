package words

import "time"

// Age is how long something takes.
type Age struct {
	Moment               string // less than a minute
	Minutes, Hours, Days func(n int) string
}

// Of says a duration the way people do: minutes under two hours, hours under two days, or
// days.
func (a Age) Of(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Minute:
		return a.Moment
	case d < 2*time.Hour:
		return a.Minutes(int(d.Minutes()))
	case d < 48*time.Hour:
		return a.Hours(int(d.Hours()))
	default:
		return a.Days(int(d.Hours() / 24))
	}
}
