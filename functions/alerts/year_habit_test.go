//go:build long

package alerts_test

import (
	"math"
	"math/rand/v2"
)

// simHabits are ways of using data. Each draws a card of that way and returns the
// use of each day, about 1 on average.
var simHabits = []func(chance *rand.Rand) func(day int) float64{
	steadyHabit, weeklyHabit, intermittentHabit, steppingHabit, burstingHabit,
}

// spread is log-normal and 1 on average.
func spread(chance *rand.Rand, sigma float64) float64 {
	return math.Exp(sigma*chance.NormFloat64() - sigma*sigma/2)
}

func steadyHabit(chance *rand.Rand) func(int) float64 {
	return func(int) float64 { return spread(chance, 0.5) }
}

// weeklyHabit uses little on two days in seven.
func weeklyHabit(chance *rand.Rand) func(int) float64 {
	monday := chance.IntN(7)
	return func(day int) float64 {
		if (day+monday)%7 >= 5 {
			return 0.375 * spread(chance, 0.3)
		}
		return 1.25 * spread(chance, 0.3)
	}
}

// intermittentHabit uses nothing on seven days in ten.
func intermittentHabit(chance *rand.Rand) func(int) float64 {
	return func(int) float64 {
		if chance.Float64() < 0.7 {
			return 0
		}
		return chance.ExpFloat64() / 0.3
	}
}

// steppingHabit uses half to twice as much for two months at a time.
func steppingHabit(chance *rand.Rand) func(int) float64 {
	offset, factor := chance.IntN(60), 1.0
	return func(day int) float64 {
		if (day+offset)%60 == 0 {
			factor = math.Pow(2, 2*chance.Float64()-1)
		}
		return factor * spread(chance, 0.3)
	}
}

// burstingHabit uses ten times its usual amount on one day in fourteen.
func burstingHabit(chance *rand.Rand) func(int) float64 {
	return func(int) float64 {
		usual := 0.6 * spread(chance, 0.3)
		if chance.IntN(14) == 0 {
			return usual + 5.6
		}
		return usual
	}
}
