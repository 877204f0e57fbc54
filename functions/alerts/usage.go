package alerts

import (
	"slices"
	"time"

	"signalbox/functions/alerts/message"
)

// keptDays is how many days of the fleet's usage are remembered: those of the
// summary's chart, and one before them to count from.
const keptDays = 15

// total is what the fleet had used in its current periods at the end of a day, or
// as late in it as a sweep was done.
type total struct {
	Day   string `json:"day"` // yyyy-MM-dd in the fleet's zone
	Bytes int64  `json:"bytes"`
}

// withTotal adds what a sweep has counted to the days before it.
func withTotal(totals []total, day string, bytes int64) []total {
	totals = slices.Clone(totals)
	if last := len(totals) - 1; last >= 0 && totals[last].Day == day {
		totals[last].Bytes = bytes
		return totals
	}
	totals = append(totals, total{day, bytes})
	return totals[max(0, len(totals)-keptDays):]
}

// usageByDay turns totals into what was used from one day to the next. Periods
// that begin anew make a total smaller than the one before: it then counts from
// nothing.
func usageByDay(totals []total) []message.DayUsage {
	var days []message.DayUsage
	for i := 1; i < len(totals); i++ {
		used := totals[i].Bytes - totals[i-1].Bytes
		if used < 0 {
			used = totals[i].Bytes
		}
		// The day is one that this package wrote; noon is on it in every zone.
		if at, err := time.Parse(time.DateOnly, totals[i].Day); err == nil {
			days = append(days, message.DayUsage{Day: at.Add(12 * time.Hour), Bytes: used})
		}
	}
	return days
}
