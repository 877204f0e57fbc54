package otpwatch

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/shared/incident"
)

// news has receivers be notified that an open low rate has come to another country or
// prefix, which neither its severity nor its threshold need say. It takes two windows, as
// opening does.
func news(past watch.Incident, next *watch.Incident, changes []watch.Change, now time.Time) []watch.Change {
	if next.Key.Rule != watch.RateName {
		return changes
	}
	told := past.Details.Told
	if len(told) == 0 && past.Notified.Open { // an older version has stored it
		told = names(past)
	}
	if len(changes) == 0 && next.Status == incident.Breached {
		before := names(past)
		isNews := func(name string) bool { return slices.Contains(before, name) && !covers(told, name) }
		if slices.ContainsFunc(names(*next), isNews) {
			*next, changes = incident.Worsen(*next, now)
		}
	}
	switch {
	case len(changes) == 0:
	case changes[len(changes)-1].Kind == incident.Opened:
		told = names(*next)
	default:
		told = slices.Concat(told, slices.DeleteFunc(names(*next), func(name string) bool { return covers(told, name) }))
	}
	if !next.IsZero() {
		next.Details.Told = told
	}
	return changes
}

// underFloor is what an incident names that is about the floor alone.
const underFloor = "floor"

// names are what an incident names.
func names(i watch.Incident) []string {
	d, ok := i.Details.Value.(watch.RateDetails)
	if !ok || len(d.Parts) == 0 {
		return []string{underFloor}
	}
	all := make([]string, len(d.Parts))
	for n, p := range d.Parts {
		all[n] = cmp.Or(p.Country, watch.Unknown) + p.Prefix
		if p.All {
			all[n] = watch.All
		}
	}
	return all
}

// covers reports whether receivers were told of a part, or of a whole that it is in.
func covers(told []string, name string) bool {
	return slices.ContainsFunc(told, func(one string) bool { return one == watch.All || strings.HasPrefix(name, one) })
}
