package otpwatch

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/shared/incident"
)

// spread has receivers be notified that an open low rate has come to another country or
// prefix, which neither its severity nor its threshold need say. It takes two windows, as
// opening does: past is as of the one before.
func spread(past watch.Incident, next *watch.Incident, changes []watch.Change, now time.Time) []watch.Change {
	if next.Key.Rule != watch.RateName || next.Status != incident.Breached || len(changes) > 0 {
		return changes
	}
	named, before := namedBy(past), names(past)
	isElsewhere := func(name string) bool {
		return name != underFloor && slices.Contains(before, name) && !covers(named, name)
	}
	if slices.ContainsFunc(names(*next), isElsewhere) {
		*next, changes = incident.Worsen(*next, now)
	}
	return changes
}

// remember keeps of what receivers are notified by changes.
func remember(past watch.Incident, next *watch.Incident, changes []watch.Change) {
	if next.Key.Rule != watch.RateName {
		return
	}
	named := namedBy(past)
	switch {
	case len(changes) == 0:
	case changes[len(changes)-1].Kind == incident.Opened:
		named = names(*next)
	default:
		named = slices.Concat(named, slices.DeleteFunc(names(*next), func(name string) bool { return covers(named, name) }))
	}
	next.Details.Named = named
}

// namedBy is of what receivers were notified. An older version did not store it.
func namedBy(i watch.Incident) []string {
	if len(i.Details.Named) == 0 && i.Notified.Open {
		return names(i)
	}
	return i.Details.Named
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

// covers reports whether receivers were notified of a part, or of a whole that it is in.
func covers(named []string, name string) bool {
	return slices.ContainsFunc(named, func(one string) bool { return one == watch.All || strings.HasPrefix(name, one) })
}
