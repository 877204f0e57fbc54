package alerts

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts/message"
)

func TestUsageByDay(t *testing.T) {
	t.Parallel()
	var totals []total
	for _, sweep := range []total{
		{"2026-11-29", 100},
		{"2026-11-30", 140},
		{"2026-11-30", 150}, // a later sweep of the same day
		{"2026-12-01", 30},  // a new period
		{"2026-12-02", 70},
	} {
		totals = withTotal(totals, sweep.Day, sweep.Bytes)
	}
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 12, 0, 0, 0, time.UTC) }
	want := []message.DayUsage{{Day: day(11, 30), Bytes: 50}, {Day: day(12, 1), Bytes: 30}, {Day: day(12, 2), Bytes: 40}}
	if diff := cmp.Diff(want, usageByDay(totals)); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
}

func TestWithTotalForgets(t *testing.T) {
	t.Parallel()
	var totals []total
	for i := range 40 {
		totals = withTotal(totals, time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), int64(i))
	}
	if len(totals) != keptDays || totals[0].Bytes != 25 || usageByDay(nil) != nil {
		t.Errorf("%d days are kept, the first with %d bytes; want the last %d", len(totals), totals[0].Bytes, keptDays)
	}
}
