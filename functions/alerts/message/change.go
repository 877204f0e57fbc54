package message

import (
	"slices"
	"strconv"
	"strings"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// Digest words all the changes of a sweep in one message, for a receiver that
// cannot update one.
func (w Writer) Digest(changes []rule.Change) slack.Message {
	d := w.changes(changes)
	d.title = iconOf(changes) + " SIM cards: " + tally(changes)
	d.rest = "The rest is counted above."
	d.footer += " · id " + d.id
	return d.message()
}

// History words what changed in the group of a status message, for its thread.
func (w Writer) History(changes []rule.Change) slack.Message {
	d := w.changes(changes)
	d.title = "Changes: " + tally(changes)
	d.rest = "All of them are in the list in this thread."
	return d.message()
}

func (w Writer) changes(changes []rule.Change) draft {
	lines := totals(changes)
	d := w.draft()
	d.id, d.lines = idOf(changes), lines
	for _, c := range slices.SortedStableFunc(slices.Values(changes), worstChange) {
		said := what(c)
		if len(lines) > 1 && c.Incident.Status != incident.Absent && c.Incident.Status != incident.Off {
			said += ": " + changeTitle(c)
		}
		d.rows = append(d.rows, row{c.Incident, said})
	}
	return d
}

// worstChange puts what is resolved last.
func worstChange(a, b rule.Change) int {
	switch aOver, bOver := a.Kind == incident.Resolved, b.Kind == incident.Resolved; {
	case aOver && !bOver:
		return 1
	case bOver && !aOver:
		return -1
	default:
		return worstFirst(a.Incident, b.Incident)
	}
}

// idOf names a message about changes, the same whenever the changes are.
func idOf(changes []rule.Change) string {
	ids := make([]string, len(changes))
	for i, c := range changes {
		ids[i] = c.ID
	}
	return fingerprint(ids...)
}

// kinds are the kinds of change in the order in which they are shown, with the
// word for each.
var kinds = []struct {
	kind incident.Kind
	word string
}{
	{incident.Worsened, "worse"},
	{incident.Opened, "new"},
	{incident.Flapping, "flapping"},
	{incident.Reminded, "still open"},
	{incident.Resolved, "resolved"},
}

// tally counts the changes: "12 new, 2 worse, 1 resolved".
func tally(changes []rule.Change) string {
	var parts []string
	for _, kind := range kinds {
		if n := countKind(changes, kind.kind); n > 0 {
			parts = append(parts, number(n)+" "+kind.word)
		}
	}
	return strings.Join(parts, ", ")
}

func countKind(changes []rule.Change, kind incident.Kind) int {
	n := 0
	for _, c := range changes {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

// totals count the changes by kind and group, the worst first.
func totals(changes []rule.Change) []string {
	var lines []string
	for _, kind := range kinds {
		counts, titles := make(map[notify.Group]int), make(map[notify.Group]string)
		for _, c := range changes {
			if c.Kind == kind.kind {
				g := changeGroup(c)
				counts[g]++
				titles[g] = changeTitle(c)
			}
		}
		for _, g := range sortedGroups(counts) {
			lines = append(lines, totalLine(g, counts[g], kind.word, titles[g]))
		}
	}
	return lines
}

// changeGroup is the group of a change. What is resolved has no severity any
// more.
func changeGroup(c rule.Change) notify.Group {
	if c.Kind == incident.Resolved {
		return notify.Group{Rule: c.Incident.Key.Rule}
	}
	return groupOf(c.Incident)
}

func changeTitle(c rule.Change) string {
	if c.Kind == incident.Resolved {
		return wordsOf(c.Incident.Key.Rule).resolved
	}
	return title(groupOf(c.Incident))
}

// what says what is new of an incident, and for how long it has been open.
func what(c rule.Change) string {
	open := age(c.At.Sub(c.Incident.Opened))
	switch c.Kind {
	case incident.Resolved:
		return resolvedHow(c.Incident, open)
	case incident.Reminded:
		return "still open after " + open
	case incident.Worsened:
		return "worse"
	case incident.Flapping:
		return "flapping, " + strconv.Itoa(c.Damped) + " changes, now " + string(c.Incident.Phase)
	default:
		return "new"
	}
}

func resolvedHow(i rule.Incident, open string) string {
	switch i.Status {
	case incident.Absent:
		return "card not found"
	case incident.Off:
		return "rule " + i.Key.Rule + " is switched off"
	default:
		return "resolved after " + open
	}
}

func totalLine(g notify.Group, n int, word, title string) string {
	return bulletLine + icon(g.Severity) + " *" + number(n) + " " + word + "* · " + slack.Escape(clean(title, maxLine))
}

// iconOf is that of the worst change.
func iconOf(changes []rule.Change) string {
	var worst incident.Severity
	for _, c := range changes {
		if s := changeGroup(c).Severity; s.Compare(worst) > 0 {
			worst = s
		}
	}
	return icon(worst)
}
