package watch

import "math"

// Part is a country, or the numbers of one that begin with a prefix, or everything.
type Part struct {
	// All is everything; Country and Prefix are empty then.
	All bool `json:"all,omitempty"`
	// Country is an ISO 3166-1 alpha-2 code, "" for unknown.
	Country string `json:"country,omitempty"`
	// Prefix is how the numbers begin, "" for all of the country. It is never a whole
	// number: at least four digits are missing.
	Prefix string `json:"prefix,omitempty"`

	Requested int64 `json:"requested"`
	Verified  int64 `json:"verified"`
	// UsualRate is 0 to 1, as far as is known of the past.
	UsualRate float64 `json:"usualRate"`
	// UsualRequested is how many are requested in so much time at this hour. nil:
	// unknown.
	UsualRequested *int64 `json:"usualRequested,omitempty"`
	// Missing are the verifications that are missing, or, of what is pumped, the
	// unverified requests that are too many.
	Missing int64 `json:"missing,omitempty"`
	TooMany int64 `json:"tooMany,omitempty"`
}

// Rate returns the part of the requested OTPs that were verified.
func (p Part) Rate() float64 {
	if p.Requested == 0 {
		return 0
	}
	return float64(p.Verified) / float64(p.Requested)
}

func (e excess) describe() Part {
	d := e.part.describe()
	d.Missing, d.TooMany = 0, whole(e.more)
	if e.fresh {
		d.UsualRequested = nil
	}
	return d
}

func (p *part) describe() Part {
	usualRequests := whole(p.usualRequests)
	return Part{
		Country: p.key.Country, Prefix: p.key.Prefix, Requested: whole(p.requested), Verified: whole(p.verified),
		UsualRate: p.rate(), UsualRequested: &usualRequests, Missing: max(whole(p.missing()), 0),
	}
}

func (w weighed) describe() Part {
	d := w.part.describe()
	d.All = w.all
	return d
}

func whole(x float64) int64 { return int64(math.Round(x)) }
