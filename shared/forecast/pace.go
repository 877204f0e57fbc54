package forecast

import "math"

// pace is how much a card uses in a day, in bytes.
type pace struct {
	mean      float64
	deviation float64 // of the sample, inflated by its autocorrelation
	points    float64 // how many days of equal weight those that count are worth
}

// paceOf takes its uses in the order of their age. The deviation needs two.
func paceOf(uses []use) pace {
	var p pace
	var weights, squares float64
	for _, u := range uses {
		weights += u.weight()
		squares += u.weight() * u.weight()
		// Equal amounts have exactly their amount as the mean.
		p.mean += u.weight() / weights * (u.bytes - p.mean)
	}
	scatter := p.covariance(uses, 0)
	if scatter == 0 {
		p.points = float64(len(uses))
		return p
	}
	p.points = weights * weights / squares
	variance := scatter / (1 - 1/p.points)
	rho := min(p.correlation(uses, 1, scatter), math.Sqrt(p.correlation(uses, 2, scatter)), mostCorrelated)
	p.deviation = math.Sqrt(variance * (1 + rho) / (1 - rho))
	return p
}

// mostCorrelated bounds what an autocorrelation may widen a range: by a factor
// of three. Beyond it one cannot be told from a change of habit.
const mostCorrelated = 0.8

// correlation returns the autocorrelation of days that are lag days apart, or 0
// where it is negative. It is raised by about what a short series hides of it:
// Kendall, "Note on bias in the estimation of autocorrelation", Biometrika 1954.
func (p pace) correlation(uses []use, lag int, scatter float64) float64 {
	r := p.covariance(uses, lag) / scatter
	return max(0, r+float64(lag)*(1+3*r)/p.points)
}

// covariance returns the weighted mean product of the deviations of days that
// are lag days apart, or 0 where there are none.
func (p pace) covariance(uses []use, lag int) float64 {
	var products, weights float64
	for i, u := range uses {
		for _, v := range uses[i:min(i+lag+1, len(uses))] {
			if v.age == u.age+lag {
				weight := math.Sqrt(u.weight() * v.weight())
				weights += weight
				products += weight * (u.bytes - p.mean) * (v.bytes - p.mean)
			}
		}
	}
	if weights == 0 {
		return 0
	}
	return products / weights
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
