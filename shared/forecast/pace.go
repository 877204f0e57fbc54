package forecast

import "math"

// pace is how much a card uses in a day, in bytes.
type pace struct {
	mean      float64
	deviation float64 // of the sample
	points    float64
}

// paceOf needs two amounts at least.
func paceOf(amounts []float64) pace {
	n := float64(len(amounts))
	var sum, squares float64
	for _, a := range amounts {
		sum += a
	}
	mean := sum / n
	for _, a := range amounts {
		squares += (a - mean) * (a - mean)
	}
	return pace{mean: mean, deviation: math.Sqrt(squares / (n - 1)), points: n}
}

// probability returns how likely rest is used up within so many days.
func (p pace) probability(rest, days float64) float64 {
	if rest == 0 {
		return 1
	}
	if days <= 0 {
		return 0
	}
	excess := days*p.mean - rest
	if p.deviation == 0 {
		return step(excess)
	}
	return phi(excess / (p.deviation * math.Sqrt(days+days*days/p.points)))
}

// daysUntil returns after how many days probability is phi(z), or infinity
// where it never is. That is the root, on z's side of rest/mean, of
//
//	(d*mean - rest)² = (z*deviation)² * (d + d²/n)
//
// written without the difference of two numbers that may be nearly equal.
func (p pace) daysUntil(rest, z float64) float64 {
	if rest == 0 {
		return 0
	}
	spread := z * p.deviation * z * p.deviation
	root := 2*p.mean*rest + spread + math.Sqrt(spread*(spread+4*p.mean*rest+4*rest*rest/p.points))
	if z < 0 {
		return 2 * rest * rest / root
	}
	// Where the doubt grows faster than the use, no time makes it this sure.
	growth := p.mean*p.mean - spread/p.points
	if growth <= 0 {
		return math.Inf(1)
	}
	return root / (2 * growth)
}

// ninetyPercent is where phi is 0.9.
const ninetyPercent = 1.2815515655446004

// phi is the standard normal distribution.
func phi(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// step is phi for those who have no doubt.
func step(z float64) float64 {
	if z < 0 {
		return 0
	}
	return 1
}
