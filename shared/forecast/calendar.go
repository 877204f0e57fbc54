package forecast

import (
	"time"

	"signalbox/shared/card"
)

// day is the length of every day on a wall clock without daylight saving.
const day = 24 * time.Hour

// NextMonth returns the start of the month after now's in now's zone, when the
// data of a monthly package is fresh again.
func NextMonth(now time.Time) time.Time {
	_, next, _ := card.Monthly.Bounds(now, time.Time{})
	return next
}

// daysBetween counts calendar days and parts of them: the night on which the
// clocks change does not make a month longer or shorter.
func daysBetween(now, then time.Time) float64 {
	return float64(wall(then.In(now.Location())).Sub(wall(now))) / float64(day)
}

// dayAfter returns the day so many days after now, or the unknown day beyond
// Horizon.
func dayAfter(now time.Time, days float64) card.Day {
	if days > Horizon {
		return card.Day{}
	}
	return card.DayOf(wall(now).Add(time.Duration(days * float64(day))))
}

// wall reads t's clock as if its zone had no daylight saving.
func wall(t time.Time) time.Time {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	return time.Date(year, month, day, hour, minute, second, t.Nanosecond(), time.UTC)
}

func midnight(d card.Day) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}
