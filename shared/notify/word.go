package notify

import (
	"slices"

	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// word returns what a status message, or a reply to one, says as things are now.
func (d *round[D]) word(s *sending) slack.Message {
	changes := d.outbox.pick(s.Changes)
	switch s.Action {
	case newStatus:
		isKnown := func(c incident.Change[D]) bool { return c.Kind != incident.Opened && c.Kind != incident.Worsened }
		fresh := slices.DeleteFunc(slices.Clone(changes), isKnown)
		m := d.writer.Status(s.Groups, d.view.of(s.Groups), d.view.elsewhere(s.Groups), fresh)
		return d.mentioning(m, changes)
	case update:
		var groups []Group
		if t := d.state.threadAt(s.Thread); t != nil {
			groups = t.Groups
		}
		return d.writer.Status(groups, d.view.of(groups), d.view.elsewhere(groups), nil)
	case sayNote:
		return d.writer.Note(d.notes[s.Note].Body)
	case listMissing:
		return d.writer.ListMissing()
	default:
		m := d.writer.History(changes)
		if s.Broadcast {
			m = d.mentioning(m, changes)
		}
		return m
	}
}

// message returns what stands for itself.
func (d *round[D]) message(s *sending) Message {
	if s.Action == announce {
		return d.writer.Announcement(d.announcement.Body)
	}
	changes := d.outbox.pick(s.Changes)
	m := d.writer.Digest(s.ID, changes)
	m.Mention = d.mentions(changes)
	return m
}

func (d *round[D]) mentioning(m slack.Message, changes []incident.Change[D]) slack.Message {
	if d.mentions(changes) {
		return m.Mentioning()
	}
	return m
}

// mentions reports whether something among changes is new and critical, and asks for
// the attention of everybody there.
func (d *round[D]) mentions(changes []incident.Change[D]) bool {
	return slices.ContainsFunc(changes, func(c incident.Change[D]) bool {
		return d.isUrgent(&c) && d.Mention(d.receiver.Name, c.Incident)
	})
}

// file returns the list that s stands for.
func (d *round[D]) file(s *sending) File {
	t := d.state.threadAt(s.Thread)
	switch {
	case t == nil:
		return File{}
	case s.List == "":
		return d.writer.List(d.view.of(t.Groups), nil)
	default:
		return d.writer.List(nil, valuesOf(changesOf(*t, d.sorted())))
	}
}
