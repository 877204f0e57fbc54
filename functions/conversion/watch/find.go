package watch

import "slices"

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
			best, r.low, r.parts, r.more = s, h, parts, more
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
	for _, w := range parts {
		lately := t.all.whole
		if !w.all {
			f := t.countries[w.key.Country]
			lately = f.whole
			if w.key.Prefix != "" {
				i := slices.IndexFunc(f.members, func(m weighed) bool { return m.key == w.key })
				if i < 0 {
					continue
				}
				lately = f.members[i]
			}
		}
		if lately.part != nil && lately.score() >= lastingLow {
			return true
		}
	}
	return false
}
