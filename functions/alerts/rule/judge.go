package rule

import (
	"slices"
	"time"
)

// expiry climbs one rung for each threshold of days that are left at most, and a
// last one when nothing is left.
func (s Settings) expiry(r Reading, now time.Time) finding {
	left := r.Expires.Sub(now)
	level := count(s.ExpiryDays, func(days int) bool { return left <= time.Duration(days)*24*time.Hour })
	switch {
	case r.Expires.IsZero():
		return finding{}
	case len(s.ExpiryDays) == 0:
		return finding{reason: Off}
	case left <= 0:
		return finding{reason: Expired, level: len(s.ExpiryDays) + 1}
	case level == 0:
		return finding{reason: Clear}
	default:
		return finding{reason: ExpiresSoon, level: level}
	}
}

// nearShare of the lowest rung is where high usage is over: a ratio that swings
// about the rung does not open an incident each time.
const nearShare = 0.95

// usage climbs one rung for each threshold that the ratio has reached.
func (s Settings) usage(r Reading) finding {
	ratio, known := r.Ratio.Value()
	level := count(s.UsagePercent, func(percent int) bool { return ratio >= float64(percent)/100 })
	switch {
	case !known:
		return finding{}
	case len(s.UsagePercent) == 0:
		return finding{reason: Off}
	case level > 0 && ratio >= 1:
		return finding{reason: UsedUp, level: level}
	case level > 0:
		return finding{reason: HighUsage, level: level}
	case ratio > float64(slices.Min(s.UsagePercent))*nearShare/100:
		return finding{reason: Near, hold: true}
	default:
		return finding{reason: Clear}
	}
}

func count(ladder []int, reached func(rung int) bool) int {
	level := 0
	for _, rung := range ladder {
		if reached(rung) {
			level++
		}
	}
	return level
}

// Alibaba's states of a card, of those that matter here.
const (
	inUse     = "30"
	stopped   = "35"
	suspended = "40"
	// Destroyed is the status of a card that no longer exists.
	Destroyed = "50"
)

// stops are Alibaba's causes of being stopped.
var stops = map[string]string{
	"200": UserStop,
	"300": QuotaStop,
	"400": CreditStop,
	"500": RebindStop,
	"600": RealNameStop,
	"700": AbnormalStop,
}

// stopped is worse where it takes money to go on.
func (s Settings) stopped(r Reading) finding {
	switch {
	case r.Status == "":
		return finding{}
	case !s.Stopped:
		return finding{reason: Off}
	case r.Status != stopped && r.Status != suspended:
		return finding{reason: Clear}
	}
	reason := r.stop()
	if reason == QuotaStop || reason == CreditStop {
		return finding{reason: reason, level: 2}
	}
	return finding{reason: reason, level: 1}
}

// stop names why r is stopped or suspended.
func (r Reading) stop() string {
	if reason, ok := stops[r.OsStatus]; ok {
		return reason
	}
	if r.Status == suspended {
		return Suspended
	}
	return OtherStop
}

// stale needs a card that is in use: of others there is nothing to count.
func (s Settings) stale(r Reading, now time.Time) finding {
	switch {
	case r.Status == "" || r.Refreshed.IsZero():
		return finding{}
	case s.StaleAfter <= 0:
		return finding{reason: Off}
	case r.Status == inUse && now.Sub(r.Refreshed) > s.StaleAfter:
		return finding{reason: NotCounted, level: 1}
	default:
		return finding{reason: Clear}
	}
}

// twice is how often in a row a forecast must be bad to be believed.
const twice = 2

// forecast fires on the second day with a bad forecast, and clears on the first
// with a good one.
func (s Settings) forecast(r Reading, now time.Time) finding {
	switch probability := r.Forecast.Probability; {
	case !r.Forecast.Known:
		return finding{}
	case s.Fire <= 0:
		return finding{reason: Off}
	case probability >= s.Fire:
		return finding{reason: WillRunOut, level: 1, breaches: twice, seen: now.Format(time.DateOnly)}
	case probability >= s.Clear:
		return finding{reason: Near, hold: true}
	default:
		return finding{reason: Clear}
	}
}
