package watch

// extreme bounds what one count says of how far counts vary, in squared standard
// deviations: what is rare is not to be learnt as usual.
const extreme = 9

// measure adds how far the parts of a view are from what is usual, but for countries in
// which something is unusual.
func (s *spread) measure(v *view, u unusual) {
	var all part
	var allVariance float64
	for code, a := range v.areas {
		if u.of(code) {
			continue
		}
		var sum float64
		for _, p := range a.prefixes {
			variance := s.variance(p)
			if variance <= 0 {
				continue
			}
			rate := bounded(p.rate())
			square := min(p.missing()*p.missing(), extreme*variance)
			n := p.requested
			s.prefix.add(square/(rate*(1-rate))-n*(1+n/max(p.past/2, 1)), n*(n-1))
			sum += variance
		}
		e := a.expected * a.expected
		variance := sum + s.ofCountry()*e
		square := min(a.missing()*a.missing(), extreme*variance)
		s.country.add(square-sum, e)
		allVariance += variance
		all.expected += a.expected
		all.verified += a.verified
		s.measureRequests(a)
	}
	e := all.expected * all.expected
	square := min(all.missing()*all.missing(), extreme*(allVariance+s.ofAll()*e))
	s.all.add(square-allVariance, e)
}

// measureRequests adds how far the requests of a country and its prefixes are from what is
// usual.
func (s *spread) measureRequests(a *area) {
	if a.seen <= 0 {
		return
	}
	s.requests.addRequests(&a.part, a.seen, s.ofRequests())
	for _, p := range a.prefixes {
		if p.key.Prefix != "" {
			s.prefixRequests.addRequests(p, a.seen, s.ofPrefixRequests())
		}
	}
}

func (r *ratio) addRequests(p *part, seen, drift float64) {
	u := p.usualRequests
	chance := u + u/seen
	square := min((p.requested-u)*(p.requested-u), extreme*(chance+drift*u*u))
	r.add(square-chance, u*u)
}
