package forecast_test

import (
	"slices"
	"testing"
	"time"

	"signalbox/shared/card"
)

// noon is a moment far from month ends and from any change of the clocks.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// before returns amounts as the usage of the days that end the day before now,
// the last amount being yesterday's.
func before(now time.Time, amounts ...int64) []card.DayUsage {
	days := make([]card.DayUsage, len(amounts))
	for i, n := range amounts {
		days[i] = card.DayUsage{Day: daysAgo(now, len(amounts)-i), Flow: card.Bytes(n)}
	}
	return days
}

// daysAgo counts on the calendar: AddDate knows no hours.
func daysAgo(now time.Time, n int) card.Day {
	year, month, day := now.Date()
	return card.DayOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -n))
}

// daily returns n days of the same amount.
func daily(now time.Time, n int, amount int64) []card.DayUsage {
	return before(now, repeat(n, amount)...)
}

// repeat returns amounts n times.
func repeat(n int, amounts ...int64) []int64 { return slices.Repeat(amounts, n) }

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func parseDay(t *testing.T, text string) card.Day {
	t.Helper()
	if text == "" {
		return card.Day{}
	}
	parsed, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return card.DayOf(parsed)
}
