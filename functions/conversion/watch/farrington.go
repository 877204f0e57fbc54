package watch

import "math"

// upperBound returns how many unverified requests there may be where so many are usual,
// at z standard deviations. variance is that of the count and of what is known of the
// usual one. The power of 2/3 makes up for the long tail of small counts.
//
// C. P. Farrington, N. J. Andrews, A. D. Beale, M. A. Catchpole, A statistical algorithm
// for the early detection of outbreaks of infectious disease, Journal of the Royal
// Statistical Society A 159 (1996).
func upperBound(usual, variance, z float64) float64 {
	usual = max(usual, 0.5)
	root := 1 + 2.0/3*z*math.Sqrt(max(variance, usual))/usual
	return usual * root * math.Sqrt(root)
}

// lowerBound is the other end of what is usual.
func lowerBound(usual, variance, z float64) float64 {
	usual = max(usual, 0.5)
	root := max(1-2.0/3*z*math.Sqrt(max(variance, usual))/usual, 0)
	return usual * root * math.Sqrt(root)
}
