package forecast_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"signalbox/shared/card"
)

const (
	period    = 30      // days
	allowance = 1 << 30 // bytes, to last for the period
)

// start is the first midnight of every simulated period.
var start = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)

// regime is a way of using data. Its habit draws a card of that way and returns
// the use of each day in order, about 1 on average.
type regime struct {
	name    string
	habit   func(chance *rand.Rand) func(day int) float64
	bounded bool // the stated range is promised to hold
}

func regimes() []regime {
	return []regime{
		{"independent", independent, true},
		{"weekly", weekly, true},
		{"intermittent", intermittent, true},
		{"bursts", bursts, true},
		{"autocorrelated 0.8", autocorrelated(0.8), true},
		{"autocorrelated 0.95", autocorrelated(0.95), false},
		{"trend", trend, false},
		{"step", step, false},
	}
}

// noise is log-normal and 1 on average.
func noise(chance *rand.Rand, sigma float64) float64 {
	return math.Exp(sigma*chance.NormFloat64() - sigma*sigma/2)
}

func independent(chance *rand.Rand) func(int) float64 {
	return func(int) float64 { return noise(chance, 0.5) }
}

// weekly uses little on two days in seven.
func weekly(chance *rand.Rand) func(int) float64 {
	monday := chance.IntN(7)
	return func(day int) float64 {
		if (day+monday)%7 >= 5 {
			return 0.375 * noise(chance, 0.3)
		}
		return 1.25 * noise(chance, 0.3)
	}
}

// intermittent uses nothing on seven days in ten.
func intermittent(chance *rand.Rand) func(int) float64 {
	return func(int) float64 {
		if chance.Float64() < 0.7 {
			return 0
		}
		return chance.ExpFloat64() / 0.3
	}
}

// step uses a third to three times as much from some day on.
func step(chance *rand.Rand) func(int) float64 {
	change, factor := 10+chance.IntN(20), math.Pow(3, 2*chance.Float64()-1)
	return func(day int) float64 {
		if day < change {
			return noise(chance, 0.3)
		}
		return factor * noise(chance, 0.3)
	}
}

// bursts uses ten times its usual amount on one day in fourteen.
func bursts(chance *rand.Rand) func(int) float64 {
	return func(int) float64 {
		usual := 0.6 * noise(chance, 0.3)
		if chance.IntN(14) == 0 {
			return usual + 5.6
		}
		return usual
	}
}

// autocorrelated has days that are like the day before.
func autocorrelated(rho float64) func(*rand.Rand) func(int) float64 {
	return func(chance *rand.Rand) func(int) float64 {
		level := chance.NormFloat64()
		return func(int) float64 {
			level = rho*level + math.Sqrt(1-rho*rho)*chance.NormFloat64()
			return math.Exp(0.5*level - 0.125)
		}
	}
}

// trend uses a third to three times as much after a month.
func trend(chance *rand.Rand) func(int) float64 {
	growth := math.Pow(3, (2*chance.Float64()-1)/30)
	return func(day int) float64 { return math.Pow(growth, float64(day)) * noise(chance, 0.3) }
}

// life is a card's use day by day.
type life struct {
	days  []card.DayUsage
	usage []int64 // up to and with each day
}

// live draws a card that will use about three quarters of its allowance, give or
// take: of 20 cards, 19 between 0.28 and 2 times.
func (r regime) live(chance *rand.Rand, days int) life {
	scale := 0.75 * math.Exp(0.5*chance.NormFloat64()) * allowance / period
	habit := r.habit(chance)
	var l life
	var used int64
	for day := range days {
		amount := int64(scale * habit(day))
		used += amount
		l.days = append(l.days, card.DayUsage{Day: card.DayOf(start.AddDate(0, 0, day)), Flow: card.Bytes(amount)})
		l.usage = append(l.usage, used)
	}
	return l
}

// end returns after how many days the allowance is used up, or 0 for never.
func (l life) end() int {
	return 1 + slices.IndexFunc(l.usage, func(used int64) bool { return used >= allowance })
}
