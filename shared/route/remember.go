package route

import (
	"slices"

	"signalbox/shared/incident"
)

// Notified remembers who is notified of incidents whose details are of type D.
type Notified[D any] struct {
	// To are those that an incident is routed to now.
	To func(incident.Incident[D]) []string
	// In is where details have who was notified.
	In func(*D) *[]string
}

// Remember remembers who is notified of changes, in each of them and in next. Whoever was
// notified that an incident opened is notified of all that follows, until it is opened anew,
// wherever it would go by then.
func (n Notified[D]) Remember(past incident.Incident[D], next *incident.Incident[D], changes []incident.Change[D]) {
	notified := *n.In(&past.Details)
	for i := range changes {
		c := &changes[i]
		if c.Kind == incident.Opened {
			notified = nil
		}
		notified = slices.Concat(notified, n.To(c.Incident))
		slices.Sort(notified)
		notified = slices.Compact(notified)
		*n.In(&c.Incident.Details) = notified
	}
	if !next.IsZero() {
		*n.In(&next.Details) = notified
	}
}

// Add returns an incident of which a receiver was notified, too. False: it was before, or
// there is no incident.
func (n Notified[D]) Add(i incident.Incident[D], receiver string) (incident.Incident[D], bool) {
	notified := n.In(&i.Details)
	if i.IsZero() || slices.Contains(*notified, receiver) {
		return i, false
	}
	*notified = append(slices.Clone(*notified), receiver)
	slices.Sort(*notified)
	return i, true
}
