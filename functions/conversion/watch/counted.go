package watch

// counted are requests and verifications: whole ones of now, or of the past, in which they
// lose weight.
type counted struct{ requested, verified float64 }

func (c *counted) add(more counted) {
	c.requested += more.requested
	c.verified += more.verified
}

func (c *counted) scale(by float64) {
	c.requested *= by
	c.verified *= by
}

func (c *counted) unverified() float64 { return c.requested - c.verified }

// toward returns the rate, drawn towards another by so many requests.
func (c *counted) toward(rate, strength float64) float64 {
	return (c.verified + rate*strength) / (c.requested + strength)
}
