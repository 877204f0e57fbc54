package card

import "time"

// Period is how long a card's data is meant to last before it is fresh again, in
// Alibaba's code: ListCardInfo's Period. The zero value is unknown, as is every
// code that has no constant here.
//
// https://help.aliyun.com/zh/iotmcp/developer-reference/api-listcardinfo
type Period string

// The periods.
const (
	Monthly    Period = "1101"
	Quarterly  Period = "1103"
	HalfYearly Period = "1106"
	Yearly     Period = "1112"
)

var months = map[Period]int{Monthly: 1, Quarterly: 3, HalfYearly: 6, Yearly: 12}

// Bounds returns when the period that now is in began, and when the next one
// begins, in now's zone. It reports false for an unknown period.
//
// Periods are whole calendar months. The first of them is the month of activated,
// a card's ActiveTime; where that is unknown, the zero time, January. Alibaba's
// documents do not say from which month a quarter counts.
func (p Period) Bounds(now, activated time.Time) (start, renews time.Time, ok bool) {
	length, ok := months[p]
	if !ok {
		return time.Time{}, time.Time{}, false
	}
	anchor := 0
	if !activated.IsZero() {
		anchor = monthsSinceZero(activated.In(now.Location()))
	}
	month := monthsSinceZero(now)
	begun := ((month-anchor)%length + length) % length // months of it that are over
	return firstOf(month-begun, now.Location()), firstOf(month-begun+length, now.Location()), true
}

func monthsSinceZero(t time.Time) int {
	year, month, _ := t.Date()
	return year*12 + int(month-time.January)
}

// firstOf returns the first moment of a month.
func firstOf(month int, zone *time.Location) time.Time {
	first := time.Date(0, time.January+time.Month(month), 1, 0, 0, 0, 0, zone)
	if first.Day() != 1 {
		// Daylight saving begins at this very midnight, which Date may then
		// place an hour before.
		first = first.Add(time.Hour)
	}
	return first
}
