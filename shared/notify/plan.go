package notify

import (
	"cmp"
	"maps"
	"slices"

	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// maxVisible is how many messages the channel itself shows for one sweep, however
// much there is to say. Updates, threads and files are not counted: Slack notifies
// nobody of them.
const maxVisible = 5

// plan returns what is to be sent next, or nil.
func (d *round[D]) plan() *sending {
	var s *sending
	if d.receiver.Bot == nil {
		s = d.digestOf(d.unplanned())
	} else {
		s = d.planThreads(d.sorted())
	}
	return cmp.Or(s, d.planAnnouncement())
}

// planThreads plans new status messages, then each thread, then what has none.
func (d *round[D]) planThreads(waiting map[Group][]*incident.Change[D]) *sending {
	if groups := d.newGroups(waiting); len(groups) > 0 {
		return d.statusOf(groups, waiting)
	}
	for _, t := range d.state.Threads {
		if t.Ref != (slack.Ref{}) {
			if s := d.planThread(t, waiting); s != nil {
				return s
			}
		}
	}
	if s := d.planNote(); s != nil {
		return s
	}
	var rest []*incident.Change[D]
	for _, g := range slices.SortedFunc(maps.Keys(waiting), Group.Compare) {
		if t := d.state.threadOf(g); t == nil || t.Ref == (slack.Ref{}) {
			rest = append(rest, waiting[g]...)
		}
	}
	return d.digestOf(rest)
}

// sorted returns the changes to be planned by group. Those whose status message is
// being sent wait for it.
func (d *round[D]) sorted() map[Group][]*incident.Change[D] {
	waiting := make(map[Group][]*incident.Change[D])
	for _, c := range d.unplanned() {
		if g := d.groupOf(c); !d.state.isBlocked(g) {
			waiting[g] = append(waiting[g], c)
		}
	}
	return waiting
}

// unplanned returns the changes that are not being sent. While a change is, later ones
// of its incident wait for it: what is said last must be the newest.
func (d *round[D]) unplanned() []*incident.Change[D] {
	reserved := d.state.reserved()
	if len(reserved) == 0 {
		return d.outbox.where(func(*incident.Change[D]) bool { return true })
	}
	waits := make(map[incident.Key]bool)
	return d.outbox.where(func(c *incident.Change[D]) bool {
		waits[c.Incident.Key] = waits[c.Incident.Key] || reserved[c.ID]
		return !waits[c.Incident.Key]
	})
}

// groupOf is the group in which a change is reported: that of its incident, or where it
// is over, one that has shown it.
func (d *round[D]) groupOf(c *incident.Change[D]) Group {
	if d.isOpen(c) {
		return GroupOf(*d.view.open[c.Incident.Key])
	}
	i := c.Incident
	group := func(s incident.Severity) Group { return Group{i.Key.Rule, s} }
	first := group(cmp.Or(i.Severity, i.Notified.Severity, i.Notified.PeakSeverity, incident.Warning))
	for _, g := range []Group{first, group(i.Notified.Severity), group(incident.Critical), group(incident.Warning)} {
		if d.state.threadOf(g) != nil || d.state.isBlocked(g) {
			return g
		}
	}
	return first
}

// isOpen reports whether the incident that a change is about still is open.
func (d *round[D]) isOpen(c *incident.Change[D]) bool {
	i := d.view.open[c.Incident.Key]
	if i == nil || c.IsOver() {
		return false
	}
	return i.Instance == "" || c.Incident.Instance == "" || i.Instance == c.Incident.Instance
}

// newGroups are those with something open and no thread to show it, the worst
// first.
func (d *round[D]) newGroups(waiting map[Group][]*incident.Change[D]) []Group {
	isOpening := func(c *incident.Change[D]) bool { return c.Kind == incident.Opened && d.isOpen(c) }
	var groups []Group
	for g := range d.view.groups {
		t := d.state.threadOf(g)
		isNew := t == nil || t.isDue(d.began) || t.isStale(d.began) && slices.ContainsFunc(waiting[g], isOpening)
		if isNew && !d.state.isBlocked(g) {
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, Group.Compare)
	return groups
}

// statusOf plans the status message of the worst group alone, as long as the
// others have room in the channel, or else of all.
func (d *round[D]) statusOf(groups []Group, waiting map[Group][]*incident.Change[D]) *sending {
	if d.hasRoom(len(groups), len(d.urgentThreads(waiting))) {
		groups = groups[:1]
	}
	var said []*incident.Change[D]
	for _, g := range groups {
		said = append(said, d.filter(waiting[g], d.isOpen)...)
	}
	s := d.newSending(newStatus, said)
	s.Groups = groups
	if len(said) == 0 {
		s.ID = fingerprint(s.ID, d.view.print(groups), s.Since.String())
	}
	return s
}

// hasRoom reports whether the next visible message may be about one group alone:
// so many groups need a message, and so many threads one that shows in the channel.
func (d *round[D]) hasRoom(groups, threads int) bool {
	room := maxVisible - d.state.Visible
	return groups+threads <= room || min(groups, 1)+min(threads, 1) < room
}

// urgentThreads are the threads with changes that must be visible.
func (d *round[D]) urgentThreads(waiting map[Group][]*incident.Change[D]) []thread {
	return slices.DeleteFunc(slices.Clone(d.state.Threads), func(t thread) bool {
		return t.Ref == (slack.Ref{}) || !slices.ContainsFunc(changesOf(t, waiting), d.isUrgent)
	})
}

// isUrgent reports whether a change must be visible in the channel.
func (d *round[D]) isUrgent(c *incident.Change[D]) bool {
	isWorse := c.Kind == incident.Opened || c.Kind == incident.Worsened
	return isWorse && c.Incident.Severity == incident.Critical && d.isOpen(c)
}

// planThread plans the first thing that a thread needs.
func (d *round[D]) planThread(t thread, waiting map[Group][]*incident.Change[D]) *sending {
	changes := changesOf(t, waiting)
	of := fingerprint(idsOf(changes)...)
	switch {
	case t.Shown != d.view.print(t.Groups) && !d.state.isSending(update, t.Ref):
		return d.stepOf(t, update, "")
	case t.Owed && !d.state.isSending(list, t.Ref):
		return d.stepOf(t, list, "")
	case len(changes) > 0 && t.Listed != of && !d.state.isSending(list, t.Ref) && len(d.writer.List(nil, valuesOf(changes)).Content) > 0:
		return d.stepOf(t, list, of)
	case t.Unlisted && !d.state.isSending(listMissing, t.Ref):
		return d.stepOf(t, listMissing, "")
	case len(changes) > 0:
		return d.historyOf(t, changes, waiting)
	default:
		return nil
	}
}

// stepOf plans what a thread needs beside its history: listed are the changes that its
// list is of, "" for what is open.
func (d *round[D]) stepOf(t thread, a action, listed string) *sending {
	s := d.newSending(a, nil)
	s.Thread, s.List = t.Ref, listed
	s.ID = fingerprint(string(s.Action), t.Ref.TS, s.List, s.Since.String())
	return s
}

// historyOf plans the reply about changes. What is urgent shows in the channel: of
// each thread alone as long as there is room, or else of all in one message.
func (d *round[D]) historyOf(t thread, changes []*incident.Change[D], waiting map[Group][]*incident.Change[D]) *sending {
	isWorse := func(c *incident.Change[D]) bool { return c.Kind == incident.Worsened }
	threads := d.urgentThreads(waiting)
	s := d.newSending(history, changes)
	s.Thread = t.Ref
	switch {
	case !slices.ContainsFunc(changes, d.isUrgent):
		s.Broadcast = slices.ContainsFunc(changes, isWorse) && d.state.Visible+len(threads) < maxVisible
	case d.hasRoom(0, len(threads)):
		s.Broadcast = true
	default:
		var all []*incident.Change[D]
		for _, t := range threads {
			all = append(all, d.filter(changesOf(t, waiting), d.isUrgent)...)
		}
		return d.digestOf(all)
	}
	return s
}

// digestOf plans a message about changes that stands for itself, nil for none.
func (d *round[D]) digestOf(changes []*incident.Change[D]) *sending {
	if len(changes) == 0 {
		return nil
	}
	return d.newSending(digest, changes)
}

// newSending returns a step that delivers changes. Its ID is the same whenever it
// is about the same.
func (d *round[D]) newSending(a action, changes []*incident.Change[D]) *sending {
	ids := idsOf(changes)
	return &sending{ID: fingerprint(append(ids, d.receiver.Name)...), Action: a, Changes: ids, Since: d.Now()}
}

func (d *round[D]) filter(changes []*incident.Change[D], wanted func(*incident.Change[D]) bool) []*incident.Change[D] {
	return slices.DeleteFunc(slices.Clone(changes), func(c *incident.Change[D]) bool { return !wanted(c) })
}

// changesOf are those of a thread's groups.
func changesOf[D any](t thread, waiting map[Group][]*incident.Change[D]) []*incident.Change[D] {
	var changes []*incident.Change[D]
	for _, g := range t.Groups {
		changes = append(changes, waiting[g]...)
	}
	return changes
}
