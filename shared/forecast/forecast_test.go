package forecast_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/card"
	"signalbox/shared/forecast"
)

const mb = 1_000_000

// nine days go up and down, so that a day says nothing of the next.
var nine = before(noon, 7*mb, 13*mb, 7*mb, 13*mb, 10*mb, 13*mb, 7*mb, 13*mb, 7*mb)

// TestProbabilityIsNormal checks Φ against the published tables of the standard
// normal distribution, with rests that are z deviations away from what 16 days
// use on average.
func TestProbabilityIsNormal(t *testing.T) {
	t.Parallel()
	tests := []struct{ z, want float64 }{
		{0, 0.5},
		{0.5, 0.691462461274013},
		{1, 0.841344746068543},
		{2, 0.977249868051821},
		{3, 0.998650101968370},
		{-1, 0.158655253931457},
		{-2, 0.022750131948179},
		{-4, 3.16712418331199e-5},
		{-8, 6.22096057427178e-16},
		{1.6448536269514722, 0.95},
		{1.2815515655446004, 0.9},
		{0.8416212335729143, 0.8},
	}
	mean, deviation, points := plainPace(7, 13, 7, 13, 10, 13, 7, 13, 7)
	for _, tt := range tests {
		rest := mb * (16*mean - tt.z*deviation*math.Sqrt(16+16*16/points))
		got := forecast.Of(forecast.Input{Days: nine, Rest: card.Bytes(int64(rest)), Now: noon, Renews: noon.AddDate(0, 0, 16)})
		if math.Abs(got.Probability/tt.want-1) > 1e-6 {
			t.Errorf("Of(rest %.0f).Probability = %.15g, want %.15g", rest, got.Probability, tt.want)
		}
	}
}

// plainPace follows the package comment to the letter: the weighted mean and
// sample deviation of amounts, yesterday's last, and how many days they are worth.
func plainPace(amounts ...float64) (mean, deviation, points float64) {
	var sum, weights, squares, scatter float64
	weight := func(i int) float64 { return math.Pow(0.5, float64(len(amounts)-i)/forecast.HalfLife) }
	for i, a := range amounts {
		sum, weights, squares = sum+weight(i)*a, weights+weight(i), squares+weight(i)*weight(i)
	}
	mean = sum / weights
	for i, a := range amounts {
		scatter += weight(i) * (a - mean) * (a - mean) / weights
	}
	points = weights * weights / squares
	return mean, math.Sqrt(scatter * points / (points - 1)), points
}

// TestDates has dates that were found by bisection of the probability. What nine
// uses has the mean 9.992 MB, the deviation 3.005 MB, and is worth 8.856 days.
func TestDates(t *testing.T) {
	t.Parallel()
	oneInSeven := before(noon, 0, 0, 0, 7*mb, 0, 0, 0)
	blocks := append(before(noon.AddDate(0, 0, -7), repeat(7, 5*mb)...), before(noon, repeat(7, 15*mb)...)...)
	weeks := before(noon, repeat(4, 10*mb, 10*mb, 10*mb, 10*mb, 10*mb, 3*mb, 3*mb)...)
	tests := []struct {
		name                       string
		days                       []card.DayUsage
		rest                       int64
		earliest, expected, latest string
	}{
		{"after 13.73, 16.01 and 18.99 days", nine, 160 * mb, "2026-12-06", "2026-12-08", "2026-12-11"},
		{"after 15.94, 18.52 and 21.87 days", nine, 185 * mb, "2026-12-08", "2026-12-11", "2026-12-14"},
		{"used up now", nine, 0, "2026-11-22", "2026-11-22", "2026-11-22"},
		{"used up, next use far off", oneInSeven, 0, "2026-11-22", "2026-11-22", "2026-11-22"},
		{"no doubt", daily(noon, 7, 10*mb), 45 * mb, "2026-11-27", "2026-11-27", "2026-11-27"},
		{"at the horizon", daily(noon, 7, mb), 366 * mb, "2027-11-23", "2027-11-23", "2027-11-23"},
		{"beyond the horizon", daily(noon, 7, mb), 366*mb + 1, "", "", ""},
		{"idle", daily(noon, 14, 0), 1, "", "", ""},
		// One day in seven varies so much beside its mean that no time makes it 90 %
		// sure.
		{"open end", oneInSeven, 9 * mb, "2026-11-25", "2026-12-01", ""},
		// r1 and r2 are so high that ρ is kept at its most, 0.8, which
		// makes the range three times as wide.
		{"days like the ones before", blocks, 150 * mb, "2026-11-29", "2026-12-05", "2026-12-23"},
		// r1 is above 0, but r2 below it: not widened.
		{"weeks alike", weeks, 150 * mb, "2026-12-09", "2026-12-12", "2026-12-16"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := forecast.Of(forecast.Input{Days: tt.days, Rest: card.Bytes(tt.rest), Now: noon, Renews: noon.AddDate(0, 1, 0)})
			want := []card.Day{parseDay(t, tt.earliest), parseDay(t, tt.expected), parseDay(t, tt.latest)}
			if diff := cmp.Diff(want, []card.Day{got.Earliest, got.Expected, got.Latest}); diff != "" {
				t.Errorf("earliest, expected, latest (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProbabilityWithoutDoubt(t *testing.T) {
	t.Parallel()
	steady, idle := daily(noon, 14, 10*mb), daily(noon, 14, 0)
	tests := []struct {
		name string
		days []card.DayUsage
		rest int64
		left time.Duration
		want float64
	}{
		{"a byte too little", steady, 20*mb - 1, 48 * time.Hour, 1},
		{"exactly enough is used up", steady, 20 * mb, 48 * time.Hour, 1},
		{"a byte more than enough", steady, 20*mb + 1, 48 * time.Hour, 0},
		{"half a day", steady, 5 * mb, 12 * time.Hour, 1},
		{"idle", idle, 1, 300 * 24 * time.Hour, 0},
		{"idle and used up", idle, 0, time.Hour, 1},
		{"renews now", nine, 1, 0, 0},
		{"renewed before", nine, 1, -48 * time.Hour, 0},
		{"used up before it renewed", nine, 0, -time.Hour, 1},
	}
	for _, tt := range tests {
		in := forecast.Input{Days: tt.days, Rest: card.Bytes(tt.rest), Now: noon, Renews: noon.Add(tt.left)}
		if got := forecast.Of(in); got.Probability != tt.want {
			t.Errorf("%s: Probability = %v, want %v", tt.name, got.Probability, tt.want)
		}
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	good := forecast.Input{Days: daily(noon, 7, mb), Rest: card.Bytes(mb), Now: noon, Renews: noon.AddDate(0, 0, 90)}
	tests := []struct {
		name   string
		change func(in *forecast.Input)
		want   forecast.Forecast
	}{
		{
			"too few days",
			func(in *forecast.Input) { in.Days = in.Days[1:] },
			forecast.Forecast{Reason: forecast.NotEnoughData, Points: 6},
		},
		{
			"no days",
			func(in *forecast.Input) { in.Days = nil },
			forecast.Forecast{Reason: forecast.NotEnoughData},
		},
		{
			"days too long ago",
			func(in *forecast.Input) { in.Now = in.Now.AddDate(0, 0, forecast.Window-6) },
			forecast.Forecast{Reason: forecast.NotEnoughData, Points: 6},
		},
		{
			"rest",
			func(in *forecast.Input) { in.Rest = card.ParseDataSize("-") },
			forecast.Forecast{Reason: forecast.RestUnknown, Points: 7},
		},
		{
			"renewal",
			func(in *forecast.Input) { in.Renews = time.Time{} },
			forecast.Forecast{Reason: forecast.RenewalUnknown, Points: 7},
		},
	}
	if got := forecast.Of(good); !got.Known || got.Reason != "" {
		t.Errorf("Of(good) = %+v, want a forecast", got)
	}
	for _, tt := range tests {
		in := good
		tt.change(&in)
		if got := forecast.Of(in); got != tt.want {
			t.Errorf("%s: Of = %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// TestSeries adds days to seven of 10 MB and looks at what is counted.
func TestSeries(t *testing.T) {
	t.Parallel()
	add := func(days ...card.DayUsage) []card.DayUsage { return append(days, daily(noon, 7, 10*mb)...) }
	tests := []struct {
		name   string
		days   []card.DayUsage
		points int
		mean   int64
	}{
		{"seven days", add(), 7, 10 * mb},
		{"today is not over", add(card.DayUsage{Day: daysAgo(noon, 0), Flow: card.Bytes(90 * mb)}), 7, 10 * mb},
		{"tomorrow", add(card.DayUsage{Day: daysAgo(noon, -1), Flow: card.Bytes(90 * mb)}), 7, 10 * mb},
		// The day is worth 0.0156 where the seven are worth 5.356.
		{"sixty days ago", add(card.DayUsage{Day: daysAgo(noon, 60), Flow: card.Bytes(90 * mb)}), 8, 10_232_699},
		{"sixty-one days ago", add(card.DayUsage{Day: daysAgo(noon, 61), Flow: card.Bytes(90 * mb)}), 7, 10 * mb},
		{"zero is an amount", add(card.DayUsage{Day: daysAgo(noon, 8), Flow: card.ParseDataSize("0KB")}), 8, 9_031_529},
		{"unknown is none", add(card.DayUsage{Day: daysAgo(noon, 8), Flow: card.ParseDataSize("-")}), 7, 10 * mb},
		{"unknown day", add(card.DayUsage{Flow: card.Bytes(90 * mb)}), 7, 10 * mb},
		{"same day unknown", add(card.DayUsage{Day: daysAgo(noon, 3)}), 7, 10 * mb},
		{"same day again", add(daily(noon, 7, 10*mb)...), 7, 10 * mb},
		{"same day with less", add(daily(noon, 7, 9*mb)...), 7, 10 * mb},
		{"same day with more", add(daily(noon, 7, 20*mb)...), 7, 20 * mb},
	}
	for _, tt := range tests {
		slices.Reverse(tt.days)
		got := forecast.Of(forecast.Input{Days: tt.days, Rest: card.Bytes(mb), Now: noon, Renews: noon.Add(time.Hour)})
		if got.Points != tt.points || got.MeanPerDay != card.Bytes(tt.mean) {
			t.Errorf("%s: %d points of mean %v, want %d of %v", tt.name, got.Points, got.MeanPerDay, tt.points, card.Bytes(tt.mean))
		}
	}
}

func ExampleOf() {
	shanghai := time.FixedZone("CST", 8*60*60)
	now := time.Date(2026, 11, 15, 8, 0, 0, 0, shanghai)
	var days []card.DayUsage
	for i, flow := range []string{"8MB", "11MB", "-", "9MB", "14MB", "0KB", "12MB", "10MB"} {
		days = append(days, card.DayUsage{Day: card.DayOf(now.AddDate(0, 0, i-8)), Flow: card.ParseDataSize(flow)})
	}
	f := forecast.Of(forecast.Input{
		Days:   days,
		Rest:   card.ParseDataSize("130.00MB"),
		Now:    now,
		Renews: forecast.NextMonth(now),
	})
	fmt.Printf("%.0f %% likely to be used up before it renews\n", 100*f.Probability)
	fmt.Printf("about %v, with 80 %% from %v to %v\n", f.Expected, f.Earliest, f.Latest)
	fmt.Printf("%v a day on %d days\n", f.MeanPerDay, f.Points)
	// Output:
	// 65 % likely to be used up before it renews
	// about 2026-11-29, with 80 % from 2026-11-26 to 2026-12-05
	// 9.13MB a day on 7 days
}
