package message

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// Digest words all the changes of a sweep in one message, for a receiver that
// cannot update one. It ends with its id.
func (w Writer) Digest(id string, changes []rule.Change) notify.Message {
	d := w.changes(changes)
	d.rest = "All are counted above."
	d.footer += " · id " + id
	m := d.message()
	m.Alerts = w.alerts(changes)
	return m
}

// History words what changed in the group of a status message, for its thread.
func (w Writer) History(changes []rule.Change) slack.Message {
	d := w.changes(changes)
	d.rest = "All are in the list in this thread."
	return Slack(d.message())
}

// ListMissing says in a thread that the list could not be attached.
func (w Writer) ListMissing() slack.Message {
	d := w.draft()
	d.title = "⚠️ The list could not be attached"
	d.lines = []notify.Line{said("The messages name the worst cards and count all of them.")}
	return Slack(d.message())
}

func (w Writer) changes(changes []rule.Change) draft {
	headings := headingsOf(changes)
	d := w.draft()
	d.rows, d.severity = changeRows(changes), worstOpen(changes)
	switch len(headings) {
	case 0:
		d.title = "SIM cards: no changes"
	case 1:
		d.title = headings[0].icon + " " + headings[0].title + ": " + tally(pointers(changes))
	default:
		d.title, d.lines = headings[0].icon+" SIM cards: "+tally(pointers(changes)), totals(changes)
	}
	return d
}

// changeRows are the rows of changes, the worst first, what is over last.
func changeRows(changes []rule.Change) []row {
	several := len(headingsOf(changes)) > 1
	rows := make([]row, 0, len(changes))
	for _, c := range slices.SortedStableFunc(slices.Values(pointers(changes)), worstChange) {
		said := what(*c)
		if several {
			said += ": " + headingOf(*c).title
		}
		rows = append(rows, row{&c.Incident, said})
	}
	return rows
}

func worstChange(a, b *rule.Change) int {
	return cmp.Or(compareBool(a.IsOver(), b.IsOver()), worstFirst(&a.Incident, &b.Incident))
}

// compareBool puts what is false first.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
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

// tally counts the changes: "2 worse, 12 new, 1 resolved".
func tally(changes []*rule.Change) string {
	var parts []string
	for _, kind := range kinds {
		n := 0
		for _, c := range changes {
			if c.Kind == kind.kind {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, number(n)+" "+kind.word)
		}
	}
	return strings.Join(parts, ", ")
}

// heading is what changes are counted under. What is over has no severity.
type heading struct {
	notify.Group

	icon, title string
}

func headingOf(c rule.Change) heading {
	if c.IsOver() && c.Kind != incident.Flapping { // what flaps is not well
		return heading{notify.Group{Rule: c.Incident.Key.Rule}, resolvedIcon(c.Incident), resolvedTitle(c.Incident)}
	}
	g := notify.GroupOf(c.Incident)
	return heading{g, icon(g.Severity), title(g)}
}

func compareHeadings(a, b heading) int {
	return cmp.Or(a.Compare(b.Group), cmp.Compare(a.title, b.title))
}

// headingsOf are those of changes, the worst first.
func headingsOf(changes []rule.Change) []heading {
	found := make(map[heading]bool)
	for _, c := range changes {
		found[headingOf(c)] = true
	}
	return slices.SortedFunc(maps.Keys(found), compareHeadings)
}

// totals count the changes by kind and heading.
func totals(changes []rule.Change) []notify.Line {
	var lines []notify.Line
	for _, kind := range kinds {
		counts := make(map[heading]int)
		for _, c := range changes {
			if c.Kind == kind.kind {
				counts[headingOf(c)]++
			}
		}
		for _, h := range slices.SortedFunc(maps.Keys(counts), compareHeadings) {
			lines = append(lines, totalLine(h.icon, counts[h], kind.word, h.title))
		}
	}
	return lines
}

// what says what is new of an incident, and for how long it has been open.
func what(c rule.Change) string {
	open := age(c.At.Sub(c.Incident.Opened))
	switch c.Kind {
	case incident.Resolved:
		return "resolved after " + open
	case incident.Reminded:
		return "still open after " + open
	case incident.Worsened:
		return "worse"
	case incident.Flapping:
		return "flapping, " + count(c.Damped, "change", "changes") + ", now " + string(c.Incident.Phase)
	default:
		return "new"
	}
}

func totalLine(icon string, n int, word, title string) notify.Line {
	return notify.Line{Bullet: true, Spans: []notify.Span{{Text: icon + " "}, {Text: number(n) + " " + word, Bold: true}, {Text: " · " + title}}}
}

// worstOpen is the worst severity of what changes leave open, "" where that is nothing.
func worstOpen(changes []rule.Change) incident.Severity {
	var worst incident.Severity
	for _, c := range changes {
		if !c.IsOver() && c.Incident.Severity.Compare(worst) > 0 {
			worst = c.Incident.Severity
		}
	}
	return worst
}
