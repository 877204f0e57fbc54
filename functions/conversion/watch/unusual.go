package watch

import (
	"strings"

	"signalbox/functions/conversion/window"
)

// unusual is what was not as usual in a window, so that the past does not take it for
// usual.
type unusual struct {
	// pumped parts are learnt as what their verifications make likely.
	pumped []window.Key
	// low parts are learnt as almost usual, so that what stays is usual after some weeks.
	low []window.Key
	all bool // everything is low
	// rates are the usual ones of countries that have a past.
	rates map[string]float64
}

const lowWeight = 0.1

// covers reports whether one of keys is k, its country, or how its prefix begins.
func covers(keys []window.Key, k window.Key) bool {
	for _, key := range keys {
		if key.Country == k.Country && (key.Prefix == "" || !k.Rest && strings.HasPrefix(k.Prefix, key.Prefix)) {
			return true
		}
	}
	return false
}

// learnt returns what is learnt of a group.
func (u unusual) learnt(g window.Group) counted {
	c := counted{float64(g.Requested), float64(g.Verified)}
	rate, known := u.rates[g.Country]
	switch {
	case covers(u.pumped, g.Key):
		if !known {
			rate = 1
		}
		c.requested = min(c.requested, c.verified/rate)
	case known && (u.all || covers(u.low, g.Key)):
		c.verified += (1 - lowWeight) * (c.requested*rate - c.verified)
	}
	return c
}

// of reports whether something of a country is not as usual.
func (u unusual) of(country string) bool {
	for _, keys := range [][]window.Key{u.pumped, u.low} {
		for _, k := range keys {
			if k.Country == country {
				return true
			}
		}
	}
	return u.all
}
