package card_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones below, wherever the tests run

	"signalbox/shared/card"
)

func TestPeriodBounds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                 string
		period               card.Period
		zone, now, activated string
		start, renews        string
	}{
		{"month", card.Monthly, "Asia/Shanghai", "2026-11-24 12:00:00", "", "2026-11-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00"},
		{"month's first second", card.Monthly, "Asia/Shanghai", "2026-11-01 00:00:00", "", "2026-11-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00"},
		{"month's last second", card.Monthly, "Asia/Shanghai", "2027-01-31 23:59:59", "", "2027-01-01T00:00:00+08:00", "2027-02-01T00:00:00+08:00"},
		{"over the year's end", card.Monthly, "Asia/Shanghai", "2026-12-31 23:59:59", "", "2026-12-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"},
		{"month of any card", card.Monthly, "Asia/Shanghai", "2026-11-24 12:00:00", "2025-03-31 08:00:00", "2026-11-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00"},
		{"clocks go back", card.Monthly, "Europe/Berlin", "2026-10-31 12:00:00", "", "2026-10-01T00:00:00+02:00", "2026-11-01T00:00:00+01:00"},
		{"no midnight", card.Monthly, "America/Asuncion", "2023-09-30 12:00:00", "", "2023-09-01T00:00:00-04:00", "2023-10-01T01:00:00-03:00"},
		{"quarter of the calendar", card.Quarterly, "Asia/Shanghai", "2026-11-24 12:00:00", "", "2026-10-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"},
		{"quarter of a card", card.Quarterly, "Asia/Shanghai", "2026-11-24 12:00:00", "2025-03-31 08:00:00", "2026-09-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00"},
		{"first quarter", card.Quarterly, "Asia/Shanghai", "2026-11-24 12:00:00", "2026-11-20 08:00:00", "2026-11-01T00:00:00+08:00", "2027-02-01T00:00:00+08:00"},
		{"half year of the calendar", card.HalfYearly, "Asia/Shanghai", "2026-11-24 12:00:00", "", "2026-07-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"},
		{"half year of a card", card.HalfYearly, "Asia/Shanghai", "2026-11-24 12:00:00", "2024-12-02 00:00:00", "2026-06-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00"},
		{"year of the calendar", card.Yearly, "Asia/Shanghai", "2026-11-24 12:00:00", "", "2026-01-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"},
		{"year of a card", card.Yearly, "Asia/Shanghai", "2026-11-24 12:00:00", "2023-12-31 23:59:59", "2025-12-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00"},
		{"activated later than now", card.Quarterly, "Asia/Shanghai", "2026-11-24 12:00:00", "2027-01-15 00:00:00", "2026-10-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(tt.zone)
			if err != nil {
				t.Fatal(err)
			}
			// The zone that counts is now's.
			now, activated := card.ParseTime(tt.now, zone), card.ParseTime(tt.activated, zone)
			if !activated.IsZero() {
				activated = activated.UTC()
			}
			start, renews, ok := tt.period.Bounds(now, activated)
			if start.Format(time.RFC3339) != tt.start || renews.Format(time.RFC3339) != tt.renews || !ok {
				t.Errorf("Bounds(%s, %s) = %v, %v, %v; want %s, %s", tt.now, tt.activated, start, renews, ok, tt.start, tt.renews)
			}
		})
	}
	for _, unknown := range []card.Period{"", "1102", "month"} {
		if start, renews, ok := unknown.Bounds(time.Now(), time.Time{}); ok || !start.IsZero() || !renews.IsZero() {
			t.Errorf("Bounds of %q = %v, %v, %v; want unknown", unknown, start, renews, ok)
		}
	}
}
