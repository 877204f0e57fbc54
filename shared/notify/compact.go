package notify

import (
	"cmp"
	"slices"
	"time"

	"signalbox/shared/incident"
)

// entry is a change and the chunk that it is in.
type entry[D any] struct {
	change *incident.Change[D]
	chunk  *chunk[D]
}

// compact keeps what a receiver still needs to be notified of: the newest state of
// each incident, and nothing of one that opened and was resolved meanwhile. What
// staged reports may have been seen already and stays as it is.
func (o *outbox[D]) compact(staged map[string]bool) {
	byIncident := make(map[incident.Key][]entry[D])
	for _, c := range o.chunks {
		for _, change := range c.changes {
			if !staged[change.ID] {
				key := change.Incident.Key
				byIncident[key] = append(byIncident[key], entry[D]{change, c})
			}
		}
	}
	dropped := make(map[*incident.Change[D]]bool)
	for _, entries := range byIncident {
		if len(entries) > 1 {
			fold(inOrder(entries), dropped)
		}
	}
	for _, c := range o.chunks {
		c.changes = slices.DeleteFunc(c.changes, func(change *incident.Change[D]) bool { return dropped[change] })
	}
}

// inOrder puts changes of one incident into the order in which they were made,
// even where the clock went back between them.
func inOrder[D any](entries []entry[D]) []entry[D] {
	first := make(map[time.Time]int) // where the changes of an occasion begin
	occasion := func(e entry[D]) time.Time { return e.change.Incident.Opened.UTC() }
	for at, e := range slices.Backward(entries) {
		first[occasion(e)] = at
	}
	slices.SortStableFunc(entries, func(a, b entry[D]) int {
		return cmp.Or(
			cmp.Compare(first[occasion(a)], first[occasion(b)]),
			cmp.Compare(a.change.Incident.Notified.Count, b.change.Incident.Notified.Count),
		)
	})
	return entries
}

// fold leaves at most two of one incident's changes: its end, where the receiver
// knows that it was open, and that it is open again. What stays takes the older
// one's record, so that its age counts from the oldest.
func fold[D any](entries []entry[D], dropped map[*incident.Change[D]]bool) {
	drop := func(e entry[D]) { dropped[e.change], e.chunk.dirty = true, true }
	var kept []entry[D]
	for _, next := range entries {
		if len(kept) == 0 {
			kept = append(kept, next)
			continue
		}
		last := kept[len(kept)-1]
		switch {
		case last.change.IsOver() && !next.change.IsOver():
			kept = append(kept, next)
			continue
		case cmp.Or(last.change.FellBack, last.change.Kind) == incident.Opened && next.change.IsOver():
			drop(last)
			kept = kept[:len(kept)-1]
		default:
			*last.change, last.chunk.dirty = merge(*last.change, *next.change), true
		}
		drop(next)
	}
}

// merge returns one change that stands for both: of the kind that says more, about the
// incident as it is now.
func merge[D any](last, next incident.Change[D]) incident.Change[D] {
	damped := last.Damped + next.Damped
	if !next.IsOver() && rank(last.Kind) > rank(next.Kind) {
		last.Incident = next.Incident
		next = last
	}
	next.FellBack = cmp.Or(last.FellBack, next.FellBack)
	next.Damped = damped
	if next.Kind != incident.Flapping {
		next.Damped = 0
	}
	return next
}

// rank orders the kinds of changes that leave an incident open by what they say.
func rank(k incident.Kind) int {
	return slices.Index([]incident.Kind{incident.Reminded, incident.Flapping, incident.Worsened, incident.Opened}, k)
}
