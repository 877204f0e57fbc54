package watch

import "math"

// spread is how much more counts vary than chance has it, by moments: the correlation
// within a prefix's OTPs, and how far a whole country, and all countries together, drift.
// The moments lose weight as the past does.
type spread struct {
	prefix, country, all ratio
	// requests and prefixRequests are how far the numbers of requests drift, of a country
	// and of a prefix.
	requests, prefixRequests ratio
}

// ratio is a quotient of two sums.
type ratio struct{ over, under float64 }

func (r *ratio) add(over, under float64) {
	r.over += over
	r.under += under
}

// fade has the moments lose weight.
func (s *spread) fade(by float64) {
	for _, r := range []*ratio{&s.prefix, &s.country, &s.all, &s.requests, &s.prefixRequests} {
		r.over *= by
		r.under *= by
	}
}

// value returns the quotient, drawn towards prior by a weight, and at least least.
func (r *ratio) value(prior, weight, least float64) float64 {
	return max((r.over+prior*weight)/(r.under+weight), least)
}

// What is assumed before anything was seen.
const (
	priorPrefix  = 0.01
	priorCountry = 0.0004 // 2 % of its verifications
	priorAll     = 0.0004
	priorVolume  = 0.04 // 20 % of its requests
)

func (s *spread) ofPrefix() float64   { return s.prefix.value(priorPrefix, 2e5, 0.0005) }
func (s *spread) ofCountry() float64  { return s.country.value(priorCountry, 1e5, 1e-5) }
func (s *spread) ofAll() float64      { return s.all.value(priorAll, 1e5, 1e-5) }
func (s *spread) ofRequests() float64 { return s.requests.value(priorVolume, 1e5, 0.005) }

func (s *spread) ofPrefixRequests() float64 {
	return max(s.prefixRequests.value(priorVolume, 1e5, 0.01), s.ofRequests())
}

// variance returns that of a prefix's verifications.
func (s *spread) variance(p *part) float64 {
	rate := bounded(p.rate())
	n := p.requested
	return n * rate * (1 - rate) * (1 + max(n-1, 0)*s.ofPrefix() + n/max(p.past/2, 1))
}

// score returns by how many standard deviations verifications are missing.
func score(missing, variance float64) float64 {
	if variance <= 0 {
		return 0
	}
	return missing / math.Sqrt(variance)
}
