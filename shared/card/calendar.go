package card

import (
	"errors"
	"fmt"
	"time"
)

// ErrMonth is the one way a month can be wrong.
var ErrMonth = errors.New("a month is written yyyyMM, such as 202112")

// Month is a calendar month in the fleet's time zone. The zero value is
// unknown.
type Month struct {
	Year  int
	Month time.Month
}

// ParseMonth reads Alibaba's form, yyyyMM. The error is [ErrMonth].
func ParseMonth(s string) (Month, error) {
	t, err := parseDigits("200601", s)
	if err != nil {
		return Month{}, ErrMonth
	}
	return Month{t.Year(), t.Month()}, nil
}

// MonthOf returns the month of t in t's own zone.
func MonthOf(t time.Time) Month { return Month{t.Year(), t.Month()} }

// Vendor returns the month in Alibaba's form, such as 202112.
func (m Month) Vendor() string { return fmt.Sprintf("%04d%02d", m.Year, m.Month) }

// String returns the month in ISO form, such as 2021-12, or "unknown".
func (m Month) String() string {
	if m == (Month{}) {
		return "unknown"
	}
	return fmt.Sprintf("%04d-%02d", m.Year, m.Month)
}

// Day is a calendar day in the fleet's time zone. The zero value is unknown.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// ErrDay is the one way a day can be wrong.
var ErrDay = errors.New("a day is written yyyyMMdd, such as 20211201")

// ParseDay reads Alibaba's form, yyyyMMdd. The error is [ErrDay].
func ParseDay(s string) (Day, error) {
	t, err := parseDigits("20060102", s)
	if err != nil {
		return Day{}, ErrDay
	}
	return DayOf(t), nil
}

// DayOf returns the day of t in t's own zone.
func DayOf(t time.Time) Day {
	year, month, day := t.Date()
	return Day{year, month, day}
}

// String returns the day in ISO form, such as 2021-12-01, or "unknown".
func (d Day) String() string {
	if d == (Day{}) {
		return "unknown"
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// VendorTime is the layout of the times in Alibaba's answers. They carry no
// zone; the product serves China, so Asia/Shanghai is meant.
const VendorTime = time.DateTime

// ParseTime reads a time such as "2022-04-30 23:59:59" as a wall clock in zone.
// Text that is no time gives the zero time, which means unknown.
func ParseTime(text string, zone *time.Location) time.Time {
	t, err := time.ParseInLocation(VendorTime, text, zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// parseDigits is time.Parse for layouts of digits alone: Parse by itself is
// content with a year 0000.
func parseDigits(layout, s string) (time.Time, error) {
	t, err := time.Parse(layout, s)
	if err != nil || len(s) != len(layout) || t.Year() < 2000 {
		return time.Time{}, errors.New("out of range")
	}
	return t, nil
}
