package watch

import (
	"math"
	"time"

	"signalbox/shared/incident"
)

const (
	// silentChance is how likely it may be at most that nothing is requested by chance.
	silentChance = 1e-6
	// silentDrift is how far the requests of everybody drift at least, squared.
	silentDrift = 0.1
	// shortestSilence is how long it is at least.
	shortestSilence = 15 * time.Minute
	// longestSilence bounds what is looked at.
	longestSilence = 7 * 24 * time.Hour
)

// Silence evaluates that no OTP was requested since latest: the end of the last window that
// counted one, be it open, or the time of the last event.
func (p *Profile) Silence(latest, now time.Time) Evaluation {
	e := Evaluation{
		Key:    incident.Key{Subject: incident.Subject{Kind: OTP, ID: All}, Rule: SilenceName},
		Status: incident.Clear,
	}
	expected := p.expected(latest, now)
	if now.Sub(latest) < shortestSilence {
		return e
	}
	drift := max(silentDrift, p.spreads[horizons-1].ofRequests())
	// A count that drifts is negative binomial: this is its chance of being none.
	if math.Pow(1+drift*expected, -1/drift) < silentChance {
		e.Status, e.Severity = incident.Breached, incident.Critical
		e.Details.Value = SilenceDetails{Since: latest, UsualRequested: whole(expected)}
	}
	return e
}

// expected returns how many requests are usual from one time to another, as far as is
// known of the hours.
func (p *Profile) expected(from, to time.Time) (sum float64) {
	if p.Age() < day*time.Hour {
		return 0
	}
	if to.Sub(from) > longestSilence {
		from = to.Add(-longestSilence)
	}
	for at := from; at.Before(to); {
		next := at.Truncate(time.Hour).Add(time.Hour)
		if next.After(to) {
			next = to
		}
		hour, _ := hourOf(at)
		for _, c := range p.countries {
			sum += p.usual(c, hour, 0.5).requests * next.Sub(at).Hours()
		}
		at = next
	}
	return sum
}
