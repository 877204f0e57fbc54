package watch

// Strengths of what is assumed of a part with little past, in requests: that it is as
// what it is a part of.
const (
	countryPrior = 20
	prefixPrior  = 30
	hourPrior    = 100
)

// overall returns the rate of all countries.
func (p *Profile) overall() float64 {
	var all counted
	for _, c := range p.countries {
		all.add(c.sum)
	}
	return bounded(all.toward(0.5, 1))
}

// bounded keeps a rate from being certain.
func bounded(rate float64) float64 { return min(max(rate, 0.005), 0.995) }

func odds(rate float64) float64 { return rate / (1 - rate) }

// usual is what a country does in one hour of the week.
type usual struct {
	rate float64 // over all hours
	hour float64 // factor of the odds in this hour
	// requests an hour; unknown where not known.
	requests float64
	seen     float64 // hours in which they were counted
}

// usual returns what is usual of c. all is the rate of all countries.
func (p *Profile) usual(c *country, hour int, all float64) usual {
	u := usual{rate: bounded(c.sum.toward(all, countryPrior)), hour: 1}
	counts := c.cells[hour]
	if p.Age() < young {
		counts = counted{}
		for h := hour % day; h < week; h += day {
			counts.add(c.cells[h])
		}
	} else {
		u.hour = odds(bounded(counts.toward(u.rate, hourPrior))) / odds(u.rate)
	}
	if u.seen = p.seen(hour); u.seen > 0 {
		u.requests = counts.requested / u.seen
	}
	return u
}

// seen returns for how many hours an hour was counted: that of the week, or while the past
// is young that of any day.
func (p *Profile) seen(hour int) (hours float64) {
	if p.Age() >= young {
		return p.cells[hour].hours
	}
	for h := hour % day; h < week; h += day {
		hours += p.cells[h].hours
	}
	return hours
}

// of returns the rate of a prefix of the country in this hour.
func (u usual) of(past counted) float64 {
	o := odds(bounded(past.toward(u.rate, prefixPrior))) * u.hour
	return o / (1 + o)
}
