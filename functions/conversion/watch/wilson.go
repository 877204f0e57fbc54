package watch

import "math"

// wilson returns where Wilson's interval of a rate ends: what it may be at most where so
// many of n were verified, at z standard deviations. Nothing is known of none.
//
// E. B. Wilson, Probable inference, the law of succession, and statistical inference,
// Journal of the American Statistical Association 22 (1927).
func wilson(verified, n, z float64) float64 {
	if n <= 0 {
		return 1
	}
	rate, square := verified/n, z*z
	center := (rate + square/(2*n)) / (1 + square/n)
	half := z / (1 + square/n) * math.Sqrt(rate*(1-rate)/n+square/(4*n*n))
	return min(1, center+half)
}

// isBelow reports whether the interval of a rate, whose verifications vary by variance
// and not as chance alone has it, ends below the usual rate.
func isBelow(verified, n, usual, variance, z float64) bool {
	chance := n * usual * (1 - usual)
	if n <= 0 || chance <= 0 || variance <= 0 {
		return false
	}
	more := max(variance/chance, 1)
	return wilson(verified/more, n/more, z) < usual
}
