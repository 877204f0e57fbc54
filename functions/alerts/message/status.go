package message

import (
	"slices"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// Status words the status message of groups: of one, or of several where so many
// opened at once that they share a message. Its first line has the number of
// those newly opened.
func (w Writer) Status(groups []notify.Group, open []rule.Incident, elsewhere int, opened []rule.Change) slack.Message {
	o := overview{groups: groups, open: open, elsewhere: elsewhere}
	d := w.draft()
	d.rest = "All are in the list in the thread."
	if len(open) == 0 {
		d.title = fine + " " + o.title() + ": none open"
		d.lines = o.elsewhereLine()
		return Slack(d.message())
	}
	o.open, o.known = w.fold(open)
	if len(o.open) == 0 {
		d.title = knownIcon + " " + w.act().NothingOpen(o.title(), len(open))
		d.lines = slices.Concat(w.foldLine(o.known), o.elsewhereLine())
		return w.status(d, groups, open)
	}
	d.severity = o.shown()[0].Severity
	d.title = icon(d.severity) + " " + o.title() + ": "
	if len(opened) > 0 {
		d.title += number(len(opened)) + " new, "
	}
	d.title += number(len(o.open)) + " open"
	d.lines = slices.Concat(o.lines(d.at), w.foldLine(o.known), o.elsewhereLine())
	d.rows = openRows(o.open)
	return w.status(d, groups, open)
}

// Replaced is what a status message says that is not kept up to date any more. It
// names nothing, and has no colour: nothing in it is to be acted on.
func (w Writer) Replaced() slack.Message {
	d := w.draft()
	d.title = over + " Replaced by a newer message"
	d.lines = []notify.Line{said("This message is not kept up to date any more.")}
	return Slack(d.message())
}

// openRows are the rows of open incidents, the worst first.
func openRows(open []rule.Incident) []row {
	several := len(countGroups(open)) > 1
	rows := make([]row, 0, len(open))
	for _, i := range sorted(pointers(open)) {
		r := row{Incident: i}
		if several {
			r.what = title(notify.GroupOf(*i))
		}
		rows = append(rows, r)
	}
	return rows
}

// overview is what a status message shows.
type overview struct {
	groups    []notify.Group
	open      []rule.Incident
	known     []rule.Incident // of those that are open, what somebody knows of
	elsewhere int
}

// shown are the groups of the open incidents, or else those that the message is
// for.
func (o overview) shown() []notify.Group {
	if len(o.open) == 0 {
		return slices.SortedFunc(slices.Values(o.groups), notify.Group.Compare)
	}
	return sortedGroups(countGroups(o.open))
}

func countGroups(open []rule.Incident) map[notify.Group]int {
	counts := make(map[notify.Group]int)
	for _, i := range open {
		counts[notify.GroupOf(i)]++
	}
	return counts
}

func (o overview) title() string {
	groups := o.shown()
	if len(groups) == 1 {
		return title(groups[0])
	}
	return "SIM cards, " + number(len(groups)) + " kinds of incidents"
}

// lines count what is open, by group where there are several.
func (o overview) lines(now time.Time) []notify.Line {
	oldest := slices.MinFunc(o.open, func(a, b rule.Incident) int { return a.Opened.Compare(b.Opened) }).Opened
	if len(o.open) == 1 {
		return []notify.Line{said("Open for " + age(now.Sub(oldest)))}
	}
	lines := []notify.Line{said("The oldest has been open for " + age(now.Sub(oldest)))}
	if groups := o.shown(); len(groups) > 1 {
		counts := countGroups(o.open)
		for _, g := range groups {
			lines = append(lines, totalLine(icon(g.Severity), counts[g], "open", title(g)))
		}
	}
	return lines
}

func (o overview) elsewhereLine() []notify.Line {
	switch o.elsewhere {
	case 0:
		return nil
	case 1:
		return []notify.Line{said("1 more, of another severity, is in another status message")}
	default:
		return []notify.Line{said(number(o.elsewhere) + " more, of another severity, are in another status message")}
	}
}
