// Package forecast tells from a card's daily usage whether its data will be
// used up before it renews, how sure that is, and when. It is pure.
//
// The days to come are taken to be like the last ones. With the mean m and the
// sample standard deviation s of n past days, the use of d days to come is
// normal about d*m with the variance s²*(d + d²/n): the first term is the
// chance of the days to come, the second the doubt about m. So the data that is
// left, R, is used up within d days with the probability
//
//	Φ((d*m - R) / (s*√(d + d²/n)))
//
// and the same equation, solved for d, gives the day at which that probability
// is reached. A habit that changes later is beyond any forecast: ask again every
// day, and keep a plain threshold beside it. The table printed by
//
//	go test -run TestRegimes -v ./shared/forecast
//
// says how good it is for cards of several habits.
package forecast

import (
	"math"
	"time"

	"signalbox/shared/card"
)

const (
	// Window is how many days back usage counts.
	Window = 14
	// MinPoints is how many of them must be known.
	MinPoints = 7
	// Horizon is how many days ahead a date is given.
	Horizon = 366
)

// The reasons why nothing is known.
const (
	NotEnoughData  = "not-enough-data" // fewer than MinPoints days
	RestUnknown    = "rest-unknown"
	RenewalUnknown = "renewal-unknown"
)

// Input is what is known of one card.
type Input struct {
	// Days is the card's usage by day, in any order. A day that is missing or
	// of unknown amount is left out and not taken for zero. Of a day that comes
	// more than once the largest amount counts.
	Days []card.DayUsage
	// Rest is what was left at Now.
	Rest card.DataSize
	// Now is the time that Rest and Days were true, in the fleet's zone. Its own
	// day is not over and does not count.
	Now time.Time
	// Renews is when the data is fresh again, or ends. The zero time is unknown.
	Renews time.Time
}

// Forecast is the answer. The zero value knows nothing.
type Forecast struct {
	// Known reports whether there is a forecast. If not, Reason says why, and
	// only Points is set.
	Known  bool
	Reason string
	// Probability that the data is used up before it renews, 0 to 1.
	Probability float64
	// Expected is the day on which the data would be used up if it never
	// renewed, as likely to be too late as too early. With a probability of 80 %
	// the day is from Earliest to Latest. Each is unknown where it is more than
	// Horizon days away.
	Expected, Earliest, Latest card.Day
	// MeanPerDay is the average use of the days that count.
	MeanPerDay card.DataSize
	// Points is the number of days that count.
	Points int
}

// Of makes the forecast for one card.
func Of(in Input) Forecast {
	amounts := series(in.Days, card.DayOf(in.Now))
	rest, known := in.Rest.Bytes()
	switch {
	case !known:
		return Forecast{Reason: RestUnknown, Points: len(amounts)}
	case in.Renews.IsZero():
		return Forecast{Reason: RenewalUnknown, Points: len(amounts)}
	case len(amounts) < MinPoints:
		return Forecast{Reason: NotEnoughData, Points: len(amounts)}
	}
	return paceOf(amounts).forecast(float64(rest), in.Now, in.Renews)
}

func (p pace) forecast(rest float64, now, renews time.Time) Forecast {
	return Forecast{
		Known:       true,
		Probability: p.probability(rest, daysBetween(now, renews)),
		Expected:    dayAfter(now, p.daysUntil(rest, 0)),
		Earliest:    dayAfter(now, p.daysUntil(rest, -ninetyPercent)),
		Latest:      dayAfter(now, p.daysUntil(rest, ninetyPercent)),
		MeanPerDay:  card.Bytes(int64(math.Round(p.mean))),
		Points:      int(p.points),
	}
}
