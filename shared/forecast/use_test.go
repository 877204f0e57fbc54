package forecast_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/card"
	"signalbox/shared/forecast"
)

// TestDaysWithoutData has cards that use 10 MB on each day on which they can. On
// days on which nothing was left to use, use is unknown, and not zero.
func TestDaysWithoutData(t *testing.T) {
	t.Parallel()
	const dayUse = 10 * mb
	at := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 12, 0, 0, 0, time.UTC) }
	first := func(month time.Month) time.Time { return time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC) }
	used, idle := repeat(20, dayUse), repeat(11, 0)
	october := append(slices.Clone(used), idle...)
	tests := []struct {
		name        string
		now         time.Time
		uses        []int64 // until yesterday
		used, rest  int64   // MB; -1 for unknown
		start, next time.Time
		points      int
	}{
		{"used up", at(11, 22), append(repeat(10, dayUse), repeat(11, 0)...), 100, 0, first(11), first(12), 10},
		{"used up, the period unknown", at(11, 22), append(repeat(10, dayUse), repeat(11, 0)...), -1, 0, time.Time{}, first(12), 10},
		{"used up but for a hundredth", at(11, 22), append(repeat(10, dayUse), repeat(11, 0)...), 99, 1, first(11), first(12), 10},
		{"idle, with data left", at(11, 22), append(repeat(10, dayUse), repeat(11, 0)...), 100, 10, first(11), first(12), 21},
		{"nothing left, the total unknown", at(11, 22), append(repeat(10, dayUse), repeat(11, 0)...), -1, 1, first(11), first(12), 21},
		{"the month before", at(11, 10), append(october, repeat(9, dayUse)...), 90, 110, first(11), first(12), 29},
		{"the month before, less a hundredth", at(11, 10), append(october, repeat(9, dayUse)...), 90, 112, first(11), first(12), 29},
		{"the month before, with data left", at(11, 10), append(october, repeat(9, dayUse)...), 90, 120, first(11), first(12), 40},
		{"the month before, the total unknown", at(11, 10), append(october, repeat(9, dayUse)...), -1, 110, first(11), first(12), 40},
		{"the month before, the period unknown", at(11, 10), append(october, repeat(9, dayUse)...), 90, 110, time.Time{}, first(12), 40},
		{"the month before, the renewal unknown", at(11, 10), append(october, repeat(9, dayUse)...), 90, 110, first(11), time.Time{}, 40},
		{"both months", at(11, 22), append(october, repeat(21, 0)...), 200, 0, first(11), first(12), 20},
		// September counts from the 23rd, and was used up on the 20th.
		{"a month that began before the window", at(11, 22), slices.Concat(used, repeat(10, 0), october, repeat(21, dayUse)), 200, 0, first(11), first(12), 41},
		{"a quarter, whose second month was used up", at(11, 22), append(october, repeat(21, dayUse)...), 410, 0, first(10), first(1).AddDate(1, 0, 0), 52},
		{"the quarter before", at(10, 22), slices.Concat(repeat(21, dayUse), repeat(40, 0), repeat(21, dayUse)), 210, 1, first(10), first(1).AddDate(1, 0, 0), 21},
		{"used up and topped up", at(11, 22), slices.Concat(repeat(10, dayUse), repeat(5, 0), repeat(6, dayUse)), 160, 0, first(11), first(12), 21},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := forecast.Input{
				Days: before(tt.now, tt.uses...), Used: card.Bytes(tt.used * mb), Rest: card.Bytes(tt.rest * mb),
				Now: tt.now, PeriodStart: tt.start, Renews: tt.next, Expires: first(12).AddDate(1, 0, 0),
			}
			got := forecast.Of(in)
			if got.Points != tt.points || !got.Known {
				t.Errorf("Points = %d, want %d: %+v", got.Points, tt.points, got)
			}
			if tt.points == len(tt.uses) {
				return
			}
			in.Days = slices.DeleteFunc(in.Days, func(d card.DayUsage) bool { return d.Flow == card.Bytes(0) })
			if diff := cmp.Diff(forecast.Of(in), got, cmp.Comparer(func(a, b card.DataSize) bool { return a == b })); diff != "" {
				t.Errorf("forecast (-without those days +got):\n%s", diff)
			}
			if got.MeanPerDay != card.Bytes(dayUse) {
				t.Errorf("MeanPerDay = %v, want %v", got.MeanPerDay, card.Bytes(dayUse))
			}
		})
	}
}

// TestTodayIsUse has a card that used its last data today, and was idle before.
func TestTodayIsUse(t *testing.T) {
	t.Parallel()
	days := append(before(noon, slices.Concat(repeat(10, 10*mb), repeat(5, 0))...), card.DayUsage{Day: daysAgo(noon, 0), Flow: card.Bytes(mb)})
	in := forecast.Input{Days: days, Used: card.Bytes(101 * mb), Rest: card.Bytes(0), Now: noon, Renews: noon.AddDate(0, 0, 9)}
	if got := forecast.Of(in); got.Points != 15 {
		t.Errorf("Points = %d, want all 15 days before today", got.Points)
	}
}

// TestUsedUpEarly has cards whose data is used up before MinPoints days count.
func TestUsedUpEarly(t *testing.T) {
	t.Parallel()
	today := card.DayOf(noon)
	tests := []struct {
		name string
		uses []int64
		want forecast.Forecast
	}{
		{
			"three days",
			[]int64{mb, mb, mb, 0, 0, 0, 0},
			forecast.Forecast{Known: true, Rough: true, Probability: 1, Expected: today, Earliest: today, Latest: today, MeanPerDay: card.Bytes(mb), Points: 3},
		},
		{
			"no day", repeat(7, 0),
			forecast.Forecast{Known: true, Rough: true, Probability: 1, Expected: today, Earliest: today, Latest: today},
		},
		{
			"too few known",
			[]int64{mb, mb, mb, 0, 0, 0},
			forecast.Forecast{Reason: forecast.NotEnoughData, Points: 3},
		},
	}
	for _, tt := range tests {
		in := forecast.Input{Days: before(noon, tt.uses...), Rest: card.Bytes(0), Now: noon, Renews: noon.AddDate(0, 0, 9)}
		if got := forecast.Of(in); got != tt.want {
			t.Errorf("%s: Of = %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// TestEnd has a card that needs ten days for what is left.
func TestEnd(t *testing.T) {
	t.Parallel()
	early, late := noon.AddDate(0, 0, 9), noon.AddDate(0, 0, 11)
	tests := []struct {
		name            string
		renews, expires time.Time
		want            float64
	}{
		{"renews early", early, late, 0},
		{"expires early", late, early, 0},
		{"both late", late, late, 1},
		{"renews late, never expires", late, time.Time{}, 1},
		{"expires early, never renews", time.Time{}, early, 0},
		{"expires late, never renews", time.Time{}, late, 1},
	}
	for _, tt := range tests {
		got := forecast.Of(forecast.Input{Days: daily(noon, 14, mb), Rest: card.Bytes(10 * mb), Now: noon, Renews: tt.renews, Expires: tt.expires})
		if !got.Known || got.Probability != tt.want {
			t.Errorf("%s: Of = %+v, want Probability %v", tt.name, got, tt.want)
		}
	}
}

func TestRough(t *testing.T) {
	t.Parallel()
	for points, want := range map[int]bool{7: true, 27: true, 28: false, 60: false} {
		got := forecast.Of(forecast.Input{Days: daily(noon, points, mb), Rest: card.Bytes(mb), Now: noon, Renews: noon.AddDate(0, 0, 9)})
		if got.Rough != want || got.Points != points {
			t.Errorf("Of(%d days) = %+v, want Rough %v", points, got, want)
		}
	}
}
