package watch

import "slices"

// The thresholds of rates, in standard deviations by horizon: of all OTPs together, and of
// a country or prefix, of which there are hundreds.
var (
	lowAll  = [horizons]float64{3, 4.5, 5}
	lowPart = [horizons]float64{5.5, 5.2, 5}
)

const (
	// leastMissing is how many verifications are missing at least.
	leastMissing = 10
	// namedCountry and namedPrefix are from which scores a part is named, once something
	// is low.
	namedCountry, namedPrefix = 3.3, 3.9
	// doubtful is how much less makes a part doubtful that misses doubtfulShare of what the
	// named ones miss: the next window may tell.
	doubtful, doubtfulShare = 1, 0.15
	// lastingLow is which score a part has at least in the second horizon, for the longest
	// to count: what was low an hour ago is over.
	lastingLow = 1
	// clearAll and clearPart are below which scores all is as usual.
	clearAll, clearPart = 2, 4
	// enough is which share of what is missing is explained.
	enough = 0.8
	// wholeScore is by how much it is likelier that the rest of a whole is low as well than
	// that it is not, twice the logarithm; each further name saves perName of it.
	wholeScore, perName = 4, 3
	// restScore is from which score the rest is low without an explanation.
	restScore = 1.5
)

// findLow looks for the horizon that shows best what is low.
func (r *result) findLow() {
	var best float64
	for h, t := range r.trees {
		if !t.breached(lowAll[h], lowPart[h]) {
			continue
		}
		parts, more, certain := t.explain()
		if h == horizons-1 && !r.lasts(parts) || h < horizons-1 && !certain {
			continue
		}
		if s := max(t.all.whole.score(), t.lowest()); s > best {
			best, r.low, r.parts, r.more, r.certain = s, h, parts, more, certain
		}
	}
	if r.low < 0 {
		return
	}
	for _, w := range r.parts {
		r.unusual.all = r.unusual.all || w.all
		if !w.all {
			r.unusual.low = append(r.unusual.low, w.key)
		}
	}
}

// lasts reports whether parts are still low in the second horizon.
func (r *result) lasts(parts []weighed) bool {
	t := r.trees[1]
	return slices.ContainsFunc(parts, func(w weighed) bool {
		lately, found := t.find(w)
		return found && lately.score() >= lastingLow
	})
}
