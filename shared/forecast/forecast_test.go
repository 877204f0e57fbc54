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

// nine days of mean 10 MB and, since (4*3² + 4*3² + 0) / (9-1) = 3², of sample
// standard deviation 3 MB. Sixteen days to come are then 160 MB on average, with
// the deviation 3 * √(16 + 16²/9) = 3 * 20/3 = 20 MB. All of it is exact.
var nine = before(noon, 7*mb, 13*mb, 7*mb, 13*mb, 10*mb, 13*mb, 7*mb, 13*mb, 7*mb)

// TestProbabilityIsNormal checks Φ at z = (160 MB - rest) / 20 MB against the
// published tables of the standard normal distribution.
func TestProbabilityIsNormal(t *testing.T) {
	t.Parallel()
	tests := []struct {
		rest int64
		want float64
	}{
		{160 * mb, 0.5},
		{150 * mb, 0.691462461274013},
		{140 * mb, 0.841344746068543},
		{120 * mb, 0.977249868051821},
		{100 * mb, 0.998650101968370},
		{180 * mb, 0.158655253931457},
		{200 * mb, 0.022750131948179},
		{240 * mb, 3.16712418331199e-5},
		{320 * mb, 6.22096057427178e-16},
		{160*mb - 32_897_073, 0.95},
		{160*mb - 25_631_031, 0.9},
		{160*mb - 16_832_425, 0.8},
	}
	for _, tt := range tests {
		got := forecast.Of(forecast.Input{Days: nine, Rest: card.Bytes(tt.rest), Now: noon, Renews: noon.AddDate(0, 0, 16)})
		if math.Abs(got.Probability/tt.want-1) > 1e-7 {
			t.Errorf("Of(rest %d).Probability = %.15g, want %.15g", tt.rest, got.Probability, tt.want)
		}
	}
}

// TestDates has rests chosen so that the days come out by hand. After 16 days
// (see nine) 160 MB ± 1.28155 * 20 MB are used with 80 %: a rest of 185.631 MB
// is passed then with 10 %, of 134.369 MB with 90 %. Their other ends solve
// (10d - R)² = 1.28155² * 9 * (d + d²/9): 21.90 and 11.47 days.
func TestDates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                       string
		days                       []card.DayUsage
		rest                       int64
		earliest, expected, latest string
	}{
		{"10 % within 16 days", nine, 185_631_031 + 10, "2026-12-08", "2026-12-11", "2026-12-14"},
		{"90 % within 16 days", nine, 134_368_969 + 10, "2026-12-03", "2026-12-05", "2026-12-08"},
		{"used up now", nine, 0, "2026-11-22", "2026-11-22", "2026-11-22"},
		{"used up, next use far off", before(noon, 0, 0, 0, 7*mb, 0, 0, 0), 0, "2026-11-22", "2026-11-22", "2026-11-22"},
		{"no doubt", daily(noon, 7, 10*mb), 45 * mb, "2026-11-27", "2026-11-27", "2026-11-27"},
		{"at the horizon", daily(noon, 7, mb), 366 * mb, "2027-11-23", "2027-11-23", "2027-11-23"},
		{"beyond the horizon", daily(noon, 7, mb), 366*mb + 1, "", "", ""},
		{"idle", daily(noon, 14, 0), 1, "", "", ""},
		// One day in seven, mean 1 and deviation √7: no time makes 90 % sure, since
		// 1.28² * 7/7 > 1². 10 %: (d - 9)² = 1.6424*7 * (d + d²/7) at d = 2.60.
		{"open end", before(noon, 0, 0, 0, 7*mb, 0, 0, 0), 9 * mb, "2026-11-25", "2026-12-01", ""},
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
	good := forecast.Input{Days: daily(noon, 7, mb), Rest: card.Bytes(mb), Now: noon, Renews: noon.AddDate(0, 0, 9)}
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
			func(in *forecast.Input) { in.Now = in.Now.AddDate(0, 0, 8) },
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
		{"fourteen days ago", add(card.DayUsage{Day: daysAgo(noon, 14), Flow: card.Bytes(90 * mb)}), 8, 20 * mb},
		{"fifteen days ago", add(card.DayUsage{Day: daysAgo(noon, 15), Flow: card.Bytes(90 * mb)}), 7, 10 * mb},
		{"zero is an amount", add(card.DayUsage{Day: daysAgo(noon, 8), Flow: card.ParseDataSize("0KB")}), 8, 8_750_000},
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

// Of 64 MB in seven days: mean 9.14 MB, deviation √(120.86/6) = 4.49 MB, and
// 15.67 days are left. Φ((143.2 - 130) / (4.49 * √(15.67 + 15.67²/7))) = Φ(0.414).
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
	// 66 % likely to be used up before it renews
	// about 2026-11-29, with 80 % from 2026-11-26 to 2026-12-04
	// 9.14MB a day on 7 days
}
