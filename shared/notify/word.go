package notify

import (
	"slices"

	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// word returns the message that s stands for, as things are now.
func (d *delivery[D]) word(s *sending) slack.Message {
	w, changes := d.run.Writer, d.outbox.pick(s.Changes)
	switch s.Action {
	case newStatus:
		opened := slices.DeleteFunc(changes, func(c incident.Change[D]) bool { return c.Kind != incident.Opened })
		return w.Status(s.Groups, d.view.of(s.Groups), d.view.elsewhere(s.Groups), opened)
	case update:
		var groups []Group
		if t := d.state.threadAt(s.Thread); t != nil {
			groups = t.Groups
		}
		return w.Status(groups, d.view.of(groups), d.view.elsewhere(groups), nil)
	case history:
		if s.form().method == reply {
			return w.History(changes)
		}
		return w.Digest(s.ID, changes)
	case listMissing:
		return w.ListMissing()
	case announce:
		return w.Announcement(d.announcement.Body)
	default:
		return w.Digest(s.ID, changes)
	}
}

// file returns the list that s stands for.
func (d *delivery[D]) file(s *sending) File {
	t := d.state.threadAt(s.Thread)
	switch {
	case t == nil:
		return File{}
	case s.List == "":
		return d.run.Writer.List(d.view.of(t.Groups), nil)
	default:
		return d.run.Writer.List(nil, valuesOf(changesOf(*t, d.sorted())))
	}
}
