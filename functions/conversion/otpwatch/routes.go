package otpwatch

import (
	"slices"

	"signalbox/functions/conversion/watch"
	"signalbox/shared/incident"
	"signalbox/shared/route"
)

// facts are what routes go by of an incident.
func facts(i watch.Incident) route.Facts {
	return route.Facts{Rule: i.Key.Rule, Severity: i.Severity, Country: countryOf(i), Notified: i.Details.Receivers}
}

// countryOf is the one country that an incident is about, "" where there are several.
func countryOf(i watch.Incident) string {
	switch d := i.Details.Value.(type) {
	case watch.PumpingDetails:
		return d.Country
	case watch.RateDetails:
		other := func(p watch.Part) bool { return p.Country != d.Parts[0].Country }
		if len(d.Parts) > 0 && !slices.ContainsFunc(d.Parts, other) {
			return d.Parts[0].Country
		}
	}
	return ""
}

// route remembers who is notified of changes.
func (k *incidents) route(past watch.Incident, next *watch.Incident, changes []watch.Change) {
	if len(k.routes) > 0 {
		k.recipients().Remember(past, next, changes)
	}
}

// recipients are who is notified of incidents.
func (k *incidents) recipients() route.Notified[watch.Details] {
	return route.Notified[watch.Details]{
		To: k.receivers,
		In: func(d *watch.Details) *[]string { return &d.Receivers },
	}
}

// receivers are those that routes lead to: of an incident about several countries also
// those of each of them.
func (k *incidents) receivers(i watch.Incident) []string {
	f := facts(i)
	to := k.routes.Receivers(f)
	if d, ok := i.Details.Value.(watch.RateDetails); ok && f.Country == "" {
		for _, p := range d.Parts {
			f.Country = p.Country
			to = append(to, k.routes.Receivers(f)...)
		}
	}
	return to
}

// notified remembers that a receiver was notified of an incident in another's place.
func (k *incidents) notified(key incident.Key, receiver string) error {
	if i, added := k.recipients().Add(k.records[key], receiver); added {
		return k.put(key, i)
	}
	return nil
}
