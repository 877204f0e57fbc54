package rule

import (
	"slices"
	"time"
)

// MayFire reports whether a listed card is worth a call of its own: Expiry or
// Usage fires or cannot tell, or the card uses its data so fast that a forecast
// is due. Stopped and Stale need no such call, unless it takes the package's
// name to choose their settings. What a pooled card uses is its pool's business.
func (p Policy) MayFire(listed Reading, now time.Time) bool {
	if listed.Status == Destroyed {
		return false
	}
	undecided := p.undecided(listed)
	return slices.ContainsFunc(p.candidates(listed), func(s Settings) bool {
		return s.needsDetail(listed, now) || undecided && s.fires(listed, now, Stopped, Stale)
	})
}

// undecided reports whether the listing tells too little to choose settings, or
// to know what is silenced.
func (p Policy) undecided(listed Reading) bool {
	return slices.ContainsFunc(p.Overrides, func(o Override) bool { return o.undecided(listed) }) ||
		slices.ContainsFunc(p.Silences, func(s Silence) bool { return s.undecided(listed) })
}

// candidates are the settings that the card may turn out to have.
func (p Policy) candidates(listed Reading) []Settings {
	var candidates []Settings
	for _, o := range p.Overrides {
		if o.covers(listed) {
			return append(candidates, o.Settings)
		}
		if o.undecided(listed) {
			candidates = append(candidates, o.Settings)
		}
	}
	return append(candidates, p.Default)
}

func (s Settings) needsDetail(r Reading, now time.Time) bool {
	expiry, usage := s.expiry(r, now), s.usage(r)
	return expiry.fires() || usage.fires() ||
		len(s.ExpiryDays) > 0 && !expiry.known() ||
		len(s.UsagePercent) > 0 && !usage.known() && r.Pool == "" ||
		s.Fire > 0 && r.ahead(now)
}

// From minRatio of the data used, and leadOfTime times the share of the period
// gone by, a card may run out early.
const (
	minRatio   = 0.3
	leadOfTime = 1.25
)

// ahead reports whether data is used well ahead of time.
func (r Reading) ahead(now time.Time) bool {
	ratio, known := r.Ratio.Value()
	if !known || r.PeriodStart.IsZero() || now.Before(r.PeriodStart) || !now.Before(r.Renews) {
		return false
	}
	elapsed := float64(now.Sub(r.PeriodStart)) / float64(r.Renews.Sub(r.PeriodStart))
	return ratio >= minRatio && ratio >= elapsed*leadOfTime
}
