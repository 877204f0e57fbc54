package aliyuntest

import (
	"fmt"
	"strings"
	"time"
)

// quantum is the smallest amount a generated card uses: a quarter of a megabyte
// has an exact text in two decimals.
const quantum = mb / 4

// shanghai is the zone of every time in linkcard's answers, which carry none.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func midnight(t time.Time) time.Time {
	y, m, d := t.In(shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, shanghai)
}

func monthStart(t time.Time) time.Time {
	y, m, _ := t.In(shanghai).Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, shanghai)
}

// flowText writes an amount as linkcard does, in the largest unit in which two
// decimals are exact: "0KB", "130.00MB", "1.00GB".
func flowText(n int64) string {
	switch {
	case n >= gb && n%(gb/4) == 0:
		return fmt.Sprintf("%.2fGB", float64(n)/gb)
	case n >= mb && n%(mb/4) == 0:
		return fmt.Sprintf("%.2fMB", float64(n)/mb)
	default:
		return fmt.Sprintf("%dKB", n/kb)
	}
}

// shortText is flowText without decimals that say nothing: "100MB".
func shortText(n int64) string { return strings.Replace(flowText(n), ".00", "", 1) }

// timeText writes a time as linkcard does; the zero time is an empty text.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(shanghai).Format(time.DateTime)
}

// ratioText is the used share of the package, "80%".
func (c Card) ratioText() string {
	if c.PackageBytes <= 0 {
		return ""
	}
	return fmt.Sprintf("%d%%", (c.UsedBytes*200+c.PackageBytes)/(2*c.PackageBytes))
}

// monthBytes is what the card used in the month that starts at month: this
// month what the card says, its share of a longer period, before that an amount
// of chance.
func (f *fleet) monthBytes(c Card, month, now time.Time) int64 {
	switch thisMonth := monthStart(now); {
	case month.After(thisMonth), c.Activated.IsZero(), month.Before(monthStart(c.Activated)):
		return 0
	case month.Equal(thisMonth) && c.months() == 1:
		return c.UsedBytes
	case month.Equal(thisMonth):
		return roundTo(c.UsedBytes/c.months(), quantum)
	default:
		percent := 10 + f.drawMonth(c, month, 2).Int64N(60)
		return roundTo(c.PackageBytes*percent/100, quantum)
	}
}

// dayBytes deals total over the first n days of the month, by chance, so that
// the days add up to it exactly.
func (f *fleet) dayBytes(c Card, month time.Time, total int64, n int) []int64 {
	chance := f.drawMonth(c, month, 3)
	until := make([]int64, n) // weight of all days up to and with this one
	var weight int64
	for i := range until {
		weight += 50 + chance.Int64N(100)
		until[i] = weight
	}
	days := make([]int64, n)
	var dealt int64
	for i := range days {
		share := total / quantum * until[i] / weight * quantum
		days[i] = share - dealt
		dealt = share
	}
	if n > 0 {
		days[n-1] += total - dealt
	}
	return days
}

// daysUntil returns how many days of the month have begun.
func daysUntil(month, now time.Time) int {
	switch end := month.AddDate(0, 1, 0); {
	case now.Before(month):
		return 0
	case now.Before(end):
		return now.In(shanghai).Day()
	default:
		return end.AddDate(0, 0, -1).Day()
	}
}
