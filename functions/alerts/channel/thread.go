package channel

import (
	"slices"

	"signalbox/functions/alerts/message"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// Thread is a living message and what hangs from it.
type Thread struct {
	Ref slack.Ref `json:"ref"`
	// Groups are those that the message shows, each with the lowest level seen
	// in it: what is over belongs where its level was.
	Groups map[message.Group]int `json:"groups"`
	Shown  string                `json:"shown"`            // ID of the message as it is now
	Owed   bool                  `json:"owed,omitempty"`   // the list of what it does not name
	Listed string                `json:"listed,omitempty"` // ID of the news that the last list is of
}

// desk sorts news by thread.
type desk struct {
	News

	memory   Memory
	open     map[incident.Key]incident.Incident // of those that were told or are to be
	threadOf map[message.Group]int              // index in memory.Threads
}

func newDesk(n News, past Memory) *desk {
	d := &desk{
		News: n, memory: past,
		open: make(map[incident.Key]incident.Incident), threadOf: make(map[message.Group]int),
	}
	d.memory.Threads = slices.Clone(past.Threads)
	for _, i := range n.Open {
		if i.Told > 0 {
			d.open[i.Key] = i
		}
	}
	for at, t := range d.memory.Threads {
		for g := range t.Groups {
			d.threadOf[g] = at
		}
	}
	return d
}

// isOpen reports whether the incident of a notice still is.
func (d *desk) isOpen(n incident.Notice) bool {
	i, open := d.open[n.Incident.Key]
	return open && i.Instance == n.Incident.Instance
}

// groupOf is where a notice belongs: where its incident is shown now, or was
// until it was over.
func (d *desk) groupOf(n incident.Notice) message.Group {
	if d.isOpen(n) {
		return message.GroupOf(d.open[n.Incident.Key])
	}
	critical := message.Group{Rule: n.Incident.Rule, Severity: message.Critical}
	warning := message.Group{Rule: n.Incident.Rule, Severity: message.Warning}
	at, hasCritical := d.threadOf[critical]
	_, hasWarning := d.threadOf[warning]
	if hasCritical && (!hasWarning || n.Incident.Level >= d.memory.Threads[at].Groups[critical]) {
		return critical
	}
	if hasWarning {
		return warning
	}
	return message.GroupOf(n.Incident)
}

// notices are those of some groups, in their order.
func (d *desk) notices(groups map[message.Group]int) []incident.Notice {
	var found []incident.Notice
	for _, n := range d.Notices {
		if _, ok := groups[d.groupOf(n)]; ok {
			found = append(found, n)
		}
	}
	return found
}

// newGroups are those with something to tell and no thread, the worst first.
func (d *desk) newGroups() []message.Group {
	var groups []message.Group
	add := func(g message.Group) {
		if _, known := d.threadOf[g]; !known && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	for _, i := range d.open {
		add(message.GroupOf(i))
	}
	for _, n := range d.Notices {
		add(d.groupOf(n))
	}
	slices.SortFunc(groups, message.Group.Compare)
	return groups
}

// board is what a thread's message shows.
func (d *desk) board(t Thread) message.Board {
	var b message.Board
	rules := make(map[string]bool)
	for g := range t.Groups {
		b.Groups = append(b.Groups, g)
		rules[g.Rule] = true
	}
	slices.SortFunc(b.Groups, message.Group.Compare)
	for _, i := range d.open {
		if _, ok := t.Groups[message.GroupOf(i)]; ok {
			b.Open = append(b.Open, i)
		} else if rules[i.Rule] {
			b.Elsewhere++
		}
	}
	return b
}

// levels adds the lowest level of each group on b to what was seen before.
func levels(before map[message.Group]int, b message.Board) map[message.Group]int {
	after := make(map[message.Group]int, len(b.Groups))
	for _, g := range b.Groups {
		after[g] = before[g]
	}
	for _, i := range b.Open {
		g := message.GroupOf(i)
		if after[g] == 0 || i.Level < after[g] {
			after[g] = i.Level
		}
	}
	return after
}
