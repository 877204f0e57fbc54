package forecast_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/shared/card"
	"signalbox/shared/forecast"
)

// FuzzOf holds for any card: each byte of habit is a day's usage in MB.
func FuzzOf(f *testing.F) {
	f.Add([]byte{10, 11, 9, 10, 12, 8, 10}, uint32(100*mb), uint32(200*mb), uint16(240), uint16(500))
	f.Add([]byte{0, 0, 0, 0, 200, 0, 0, 0, 0, 0, 90, 0, 0, 0}, uint32(1), uint32(0), uint16(0), uint16(1))
	f.Add([]byte{5, 5, 5, 5, 5, 5, 5, 5}, uint32(50*mb), uint32(50*mb), uint16(240), uint16(240))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0}, uint32(7), uint32(0), uint16(9000), uint16(1))
	f.Add([]byte{13, 1, 7, 200, 31, 5, 99, 3, 17, 0, 254, 8, 41}, uint32(1750*mb), uint32(90*mb), uint16(700), uint16(333))
	f.Add([]byte{1, 2, 3}, uint32(7), uint32(0), uint16(9), uint16(1))
	f.Fuzz(func(t *testing.T, habit []byte, rest, otherRest uint32, hours, otherHours uint16) {
		hours, otherHours = hours%(forecast.Horizon*24), otherHours%(forecast.Horizon*24)
		at := func(rest uint32, hours uint16) forecast.Forecast {
			return forecast.Of(forecast.Input{
				Days:   before(noon, widened(habit)...),
				Rest:   card.Bytes(int64(rest)),
				Now:    noon,
				Renews: noon.Add(time.Duration(hours) * time.Hour),
			})
		}
		got := at(rest, hours)
		checkRange(t, got, noon.Add(time.Duration(hours)*time.Hour))
		less, more := at(min(rest, otherRest), hours), at(max(rest, otherRest), hours)
		if less.Probability < more.Probability {
			t.Errorf("Probability with %d left = %v, with more left %v", min(rest, otherRest), less.Probability, more.Probability)
		}
		soon, late := at(rest, min(hours, otherHours)), at(rest, max(hours, otherHours))
		if soon.Probability > late.Probability {
			t.Errorf("Probability within %d hours = %v, within more %v", min(hours, otherHours), soon.Probability, late.Probability)
		}
		checkOrder(t, habit, got, rest, hours)
		checkPeriods(t, habit, rest, otherRest, hours, otherHours)
	})
}

func widened(habit []byte) []int64 {
	amounts := make([]int64, len(habit))
	for i, b := range habit {
		amounts[i] = int64(b) * mb
	}
	return amounts
}

// checkRange holds the dates against each other and against the probability,
// which comes from the same equation the other way round.
func checkRange(t *testing.T, f forecast.Forecast, renews time.Time) {
	t.Helper()
	if f.Probability < 0 || f.Probability > 1 || math.IsNaN(f.Probability) {
		t.Errorf("Probability = %v, want 0 to 1", f.Probability)
	}
	dates := []card.Day{f.Earliest, f.Expected, f.Latest}
	if !slices.IsSortedFunc(dates, compareDays) {
		t.Errorf("earliest, expected, latest = %v, want them in order", dates)
	}
	renewal := card.DayOf(renews)
	for i, limit := range []float64{0.1, 0.5, 0.9} {
		before := compareDays(dates[i], renewal)
		if f.Probability > limit+1e-9 && before > 0 || f.Known && f.Probability < limit-1e-9 && before < 0 {
			t.Errorf("%.0f %% date = %v, but Probability by %v = %v", 100*limit, dates[i], renewal, f.Probability)
		}
	}
}

// checkOrder gives the same days backwards and again.
func checkOrder(t *testing.T, habit []byte, want forecast.Forecast, rest uint32, hours uint16) {
	t.Helper()
	days := before(noon, widened(habit)...)
	slices.Reverse(days)
	got := forecast.Of(forecast.Input{
		Days:   slices.Concat(days, days),
		Rest:   card.Bytes(int64(rest)),
		Now:    noon,
		Renews: noon.Add(time.Duration(hours) * time.Hour),
	})
	if got != want {
		t.Errorf("Of(same days in another order) = %+v, want %+v", got, want)
	}
}

// checkPeriods says when the period began: then no more days count than before.
func checkPeriods(t *testing.T, habit []byte, rest, used uint32, hours, since uint16) {
	t.Helper()
	in := forecast.Input{
		Days:   before(noon, widened(habit)...),
		Rest:   card.Bytes(int64(rest)),
		Now:    noon,
		Renews: noon.Add(time.Duration(hours) * time.Hour),
	}
	all := min(len(habit), forecast.Window)
	in.Used, in.PeriodStart = card.Bytes(int64(used)), noon.Add(-time.Duration(since)*time.Hour)
	got := forecast.Of(in)
	checkRange(t, got, in.Renews)
	if enough := got.Points >= forecast.MinPoints || rest == 0 && all >= forecast.MinPoints; got.Points > all || got.Known != enough {
		t.Errorf("Of(%+v) = %+v of %d days", in, got, all)
	}
}

// compareDays takes the unknown day for the last one.
func compareDays(a, b card.Day) int {
	// In ISO form days sort as text, and "unknown" comes after all digits.
	return strings.Compare(a.String(), b.String())
}
