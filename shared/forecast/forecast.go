// Package forecast tells from a card's daily usage whether its data will be
// used up before it renews, how sure that is, and when, if use goes on like this.
// It is pure.
//
// The days to come are taken to be like the last ones. A day counts half as much
// as the one [HalfLife] days after it: with these weights w, n past days that are
// worth N = (Σw)²/Σw² equal ones have the mean m and the sample standard
// deviation s. If the use of a day says something about the next one, with the
// autocorrelation ρ, then chance evens out more slowly, and the use of d days to
// come is normal about d*m with the variance
//
//	v(d) = s² * (1+ρ)/(1-ρ) * (d + d²/N)
//
// The first term is the chance of the days to come, the second the doubt about m.
// So the data that is left, R, is used up within d days with the probability
//
//	Φ((d*m - R) / √v(d))
//
// and the same equation, solved for d, gives the day at which that probability
// is reached. ρ is what both the autocorrelations of one day and of two support,
// min(r1, √r2), so that a week's rhythm, which evens out, is not taken for one
// that lasts. A short series makes them look small, and each is raised by
// about what that hides, (1+3*r1)/N and 2*(1+3*r2)/N. ρ is held within 0 and 0.8.
//
// With 28 known days the 80 % range holds for at least 72 % of simulated cards
// whose use is independent from day to day, weekly, intermittent, in bursts, or
// autocorrelated with 0.8. It does not for use that is autocorrelated with 0.95,
// grows, shrinks or changes by a step: a habit that changes later is beyond any
// forecast. Ask again every day, and keep a plain threshold beside it. The tables
// printed by
//
//	go test -run TestRegimes -v ./shared/forecast
//
// say how good it is for each of them.
package forecast

import (
	"math"
	"time"

	"signalbox/shared/card"
)

const (
	// Window is how many days back usage counts.
	Window = 60
	// HalfLife is after how many days it counts half as much.
	HalfLife = 10
	// MinPoints is how many days must be known and count.
	MinPoints = 7
	// SoundPoints is how many must count for a forecast that is not rough.
	SoundPoints = 28
	// Horizon is how many days ahead a date is given.
	Horizon = 366
)

// The reasons why nothing is known.
const (
	NotEnoughData  = "not-enough-data" // fewer than MinPoints days
	RestUnknown    = "rest-unknown"
	RenewalUnknown = "renewal-unknown"
)

// Input is what is known of one card. Days, Rest, Now, and one of Renews and
// Expires are needed; the others tell days without use from days on which no
// data was left to use.
type Input struct {
	// Days is the card's usage by day, in any order. A day that is missing or
	// of unknown amount is left out and not taken for zero. Of a day that comes
	// more than once the largest amount counts. Give all that are known, also
	// those before Window: with them an earlier period is seen to be used up.
	Days []card.DayUsage
	// Used and Rest are what was used in the current period, and what was left
	// of it at Now. Where Used is unknown, earlier periods are taken not to have
	// been used up.
	Used, Rest card.DataSize
	// Now is the time that Used, Rest and Days were true, in the fleet's zone.
	// Its own day is not over and does not count.
	Now time.Time
	// PeriodStart is when the current period began, and Renews when the next one
	// begins and the data is fresh again: see [card.Period]. The zero times are
	// unknown. Without PeriodStart all days are taken to be of the current period.
	PeriodStart, Renews time.Time
	// Expires is when the packages end with nothing effective after them. The
	// zero time is unknown. The data has to last until Renews or Expires,
	// whichever is first.
	Expires time.Time
}

// Forecast is the answer. The zero value knows nothing.
type Forecast struct {
	// Known reports whether there is a forecast. If not, Reason says why, and
	// only Points is set.
	Known  bool
	Reason string
	// Rough reports that fewer than SoundPoints days count: the dates and the
	// probability are then too sure of themselves.
	Rough bool
	// Probability that the data is used up before it renews or ends, 0 to 1.
	Probability float64
	// Expected is the day on which the data would be used up if it never
	// renewed, as likely to be too late as too early. With a probability of 80 %
	// the day is from Earliest to Latest. Each is unknown where it is more than
	// Horizon days away.
	Expected, Earliest, Latest card.Day
	// MeanPerDay is the average use of the days that count, the later ones
	// counting more.
	MeanPerDay card.DataSize
	// Points is the number of days that count.
	Points int
}

// Of makes the forecast for one card. What is used up is used up, whether or not
// any day counts, if MinPoints of them are known.
func Of(in Input) Forecast {
	uses, known := in.uses()
	rest, restKnown := in.Rest.Bytes()
	enough := len(uses)
	if rest == 0 {
		enough = known
	}
	switch {
	case !restKnown:
		return Forecast{Reason: RestUnknown, Points: len(uses)}
	case in.end().IsZero():
		return Forecast{Reason: RenewalUnknown, Points: len(uses)}
	case enough < MinPoints:
		return Forecast{Reason: NotEnoughData, Points: len(uses)}
	}
	f := paceOf(uses).forecast(float64(rest), in.Now, in.end())
	f.Points, f.Rough = len(uses), len(uses) < SoundPoints
	return f
}

func (p pace) forecast(rest float64, now, end time.Time) Forecast {
	f := Forecast{
		Known:       true,
		Probability: p.probability(rest, daysBetween(now, end)),
		Expected:    dayAfter(now, p.daysUntil(rest, 0)),
		Earliest:    dayAfter(now, p.daysUntil(rest, -ninetyPercent)),
		Latest:      dayAfter(now, p.daysUntil(rest, ninetyPercent)),
	}
	if p.points > 0 {
		f.MeanPerDay = card.Bytes(int64(math.Round(p.mean)))
	}
	return f
}

// end is until when the data has to last; the zero time is unknown.
func (in Input) end() time.Time {
	if in.Renews.IsZero() || !in.Expires.IsZero() && in.Expires.Before(in.Renews) {
		return in.Expires
	}
	return in.Renews
}
