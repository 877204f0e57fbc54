package forecast_test

import (
	"math"
	"sort"
)

// baseline is the method that this one replaced, against which it is measured:
// the last 14 days, all alike and independent of one another.
type baseline struct{ mean, deviation, points float64 }

func baselineOf(amounts []int64) baseline {
	amounts = amounts[max(0, len(amounts)-14):]
	b := baseline{points: float64(len(amounts))}
	for _, a := range amounts {
		b.mean += float64(a) / b.points
	}
	for _, a := range amounts {
		b.deviation += (float64(a) - b.mean) * (float64(a) - b.mean) / (b.points - 1)
	}
	b.deviation = math.Sqrt(b.deviation)
	return b
}

// probability is 0 or 1 for amounts that are all the same, but for rest = days*mean.
func (b baseline) probability(rest, days float64) float64 {
	z := (days*b.mean - rest) / (b.deviation * math.Sqrt(days+days*days/b.points))
	return math.Erfc(-z/math.Sqrt2) / 2
}

// dayOf returns the day, today being 0, by whose end the probability is limit, or
// ahead where that is later.
func (b baseline) dayOf(limit, rest float64) int {
	return sort.Search(ahead, func(day int) bool { return b.probability(rest, float64(day+1)) > limit })
}
