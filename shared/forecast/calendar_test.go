package forecast_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones below, wherever the tests run

	"signalbox/shared/card"
	"signalbox/shared/forecast"
)

// TestCalendar forecasts for a card that uses 10 MB every day: the day comes out
// by counting on a calendar, and all of the last 14 days must be found.
func TestCalendar(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, zone, now string
		rest            int64
		want            string
	}{
		{"within the month", "Asia/Shanghai", "2026-11-22 00:00:00", 35 * mb, "2026-11-25"},
		{"over the month's end", "Asia/Shanghai", "2026-04-28 12:00:00", 25 * mb, "2026-05-01"},
		{"over the year's end", "Asia/Shanghai", "2026-12-31 23:59:59", mb, "2027-01-01"},
		{"back over the year's end", "Asia/Shanghai", "2027-01-03 00:00:00", 9 * mb, "2027-01-03"},
		{"leap day", "Asia/Shanghai", "2028-02-25 12:00:00", 44 * mb, "2028-02-29"},
		{"no leap day", "Asia/Shanghai", "2027-02-25 12:00:00", 44 * mb, "2027-03-01"},
		{"back over the leap day", "Asia/Shanghai", "2028-03-05 12:00:00", 4 * mb, "2028-03-05"},
		{"the day of 23 hours ahead", "Europe/Berlin", "2026-03-28 23:30:00", 10 * mb, "2026-03-29"},
		{"the day of 23 hours behind", "Europe/Berlin", "2026-03-30 00:15:00", 9 * mb, "2026-03-30"},
		{"the day of 25 hours ahead", "Europe/Berlin", "2026-10-24 00:30:00", 10 * mb, "2026-10-25"},
		{"the day of 25 hours behind", "Europe/Berlin", "2026-10-26 23:45:00", 10 * mb, "2026-10-27"},
		{"no midnight", "America/Asuncion", "2023-09-30 12:00:00", 10 * mb, "2023-10-01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			now := card.ParseTime(tt.now, location(t, tt.zone))
			got := forecast.Of(forecast.Input{Days: daily(now, 14, 10*mb), Rest: card.Bytes(tt.rest), Now: now, Renews: now.AddDate(0, 1, 0)})
			if got.Expected.String() != tt.want || got.Points != 14 {
				t.Errorf("Expected = %v from %d points, want %s from 14", got.Expected, got.Points, tt.want)
			}
		})
	}
}

// TestDaysLeft has cards that use 10 MB every day and rests that just suffice,
// or just not, for the days left to the renewal.
func TestDaysLeft(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, zone, now, renews string
		days                    int64
	}{
		{"leap year", "Asia/Shanghai", "2028-02-01 00:00:00", "2028-03-01 00:00:00", 29},
		{"other year", "Asia/Shanghai", "2027-02-01 00:00:00", "2027-03-01 00:00:00", 28},
		{"year's end", "Asia/Shanghai", "2026-12-30 06:00:00", "2027-01-02 06:00:00", 3},
		{"clocks go forward", "Europe/Berlin", "2026-03-28 00:00:00", "2026-04-01 00:00:00", 4},
		{"clocks go back", "Europe/Berlin", "2026-10-24 00:00:00", "2026-10-28 00:00:00", 4},
	}
	for _, tt := range tests {
		zone := location(t, tt.zone)
		now, renews := card.ParseTime(tt.now, zone), card.ParseTime(tt.renews, zone)
		for rest, want := range map[int64]float64{tt.days * 10 * mb: 1, tt.days*10*mb + 1: 0} {
			in := forecast.Input{Days: daily(now, 14, 10*mb), Rest: card.Bytes(rest), Now: now, Renews: renews.UTC()}
			if got := forecast.Of(in); got.Probability != want {
				t.Errorf("%s: Probability with %d left = %v, want %v", tt.name, rest, got.Probability, want)
			}
		}
	}
}

func TestNextMonth(t *testing.T) {
	t.Parallel()
	tests := []struct{ zone, now, want string }{
		{"Asia/Shanghai", "2026-11-01 00:00:00", "2026-12-01T00:00:00+08:00"},
		{"Asia/Shanghai", "2027-01-31 23:59:59", "2027-02-01T00:00:00+08:00"},
		{"Asia/Shanghai", "2026-12-31 23:59:59", "2027-01-01T00:00:00+08:00"},
		{"Europe/Berlin", "2026-10-31 12:00:00", "2026-11-01T00:00:00+01:00"},
		{"America/Asuncion", "2023-09-30 12:00:00", "2023-10-01T01:00:00-03:00"}, // 00:00 never was
	}
	for _, tt := range tests {
		got := forecast.NextMonth(card.ParseTime(tt.now, location(t, tt.zone)))
		if got.Format(time.RFC3339) != tt.want {
			t.Errorf("NextMonth(%s in %s) = %v, want %s", tt.now, tt.zone, got, tt.want)
		}
	}
}
