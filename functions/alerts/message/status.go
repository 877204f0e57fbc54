package message

import (
	"cmp"
	"slices"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// Status words the status message of groups: of one, or of several where so many
// opened at once that they share a message. Its first line has the number of
// those newly opened or worse.
func (w Writer) Status(groups []notify.Group, open []rule.Incident, elsewhere int, fresh []rule.Change) slack.Message {
	o := overview{style: w.Style, groups: groups, open: open, elsewhere: elsewhere}
	d := w.draft()
	said := w.Style.words().Status
	d.rest = w.Style.words().Changes.AllInList
	if len(open) == 0 {
		d.title = fine + " " + said.NoneOpen(o.title())
		d.lines = o.elsewhereLine()
		return layout.Slack(d.message())
	}
	o.open, o.known = w.fold(open)
	if len(o.open) == 0 {
		d.title = knownIcon + " " + w.act().NothingOpen(o.title(), len(open))
		d.lines = slices.Concat(w.foldLine(o.known), o.elsewhereLine())
		return w.status(d, groups, open)
	}
	d.title, d.severity = o.headline(fresh)
	d.lines = slices.Concat(o.lines(d.at), w.foldLine(o.known), o.elsewhereLine())
	d.rows = w.openRows(o.open)
	return w.status(d, groups, open)
}

// Replaced is what a status message says that is not kept up to date any more. It
// names nothing, and has no colour: nothing in it is to be acted on.
func (w Writer) Replaced() slack.Message {
	d := w.draft()
	d.title = over + " " + w.Style.words().Status.Replaced
	d.lines = []notify.Line{said(w.Style.words().Status.NotKeptUpToDate)}
	return layout.Slack(d.message())
}

// openRows are the rows of open incidents, the worst first.
func (w Writer) openRows(open []rule.Incident) []row {
	several := len(countGroups(open)) > 1
	rows := make([]row, 0, len(open))
	for _, i := range sorted(pointers(open)) {
		r := row{Incident: i, icon: icon(i.Severity)}
		if several {
			r.what = w.Style.title(notify.GroupOf(*i))
		}
		rows = append(rows, r)
	}
	return rows
}

// overview is what a status message shows.
type overview struct {
	style     Style
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
		return o.style.title(groups[0])
	}
	return o.style.words().Status.Kinds(len(groups))
}

// headline names the worst that is open, what is fresh before others, and is alarming for
// what is newly opened or worse alone.
func (o overview) headline(fresh []rule.Change) (title string, severity incident.Severity) {
	isFresh := make(map[notify.Group]bool)
	for _, c := range fresh {
		isFresh[notify.GroupOf(c.Incident)] = true
	}
	worst := slices.MinFunc(o.shown(), func(a, b notify.Group) int {
		return cmp.Or(b.Severity.Compare(a.Severity), compareBool(!isFresh[a], !isFresh[b]), a.Compare(b))
	})
	h := headline{Group: worst, novelty: isStanding}
	if isFresh[worst] {
		h.novelty = isNew
	}
	for _, i := range pointers(o.open) {
		if notify.GroupOf(*i) == worst {
			h.named = append(h.named, i)
		}
	}
	h.others = len(o.open) - len(h.named)
	var counted string
	if len(fresh) < len(o.open) {
		counted = o.style.tally(pointers(fresh))
	}
	return o.style.headline(h, counted), h.severity()
}

// lines count what is open, by group where there are several.
func (o overview) lines(now time.Time) []notify.Line {
	oldest := slices.MinFunc(o.open, func(a, b rule.Incident) int { return a.Opened.Compare(b.Opened) }).Opened
	w, since := o.style.words().Status, o.style.age(now.Sub(oldest))
	if len(o.open) == 1 {
		return []notify.Line{said(w.OpenFor(since))}
	}
	lines := []notify.Line{said(w.Oldest(since))}
	if groups := o.shown(); len(groups) > 1 {
		counts := countGroups(o.open)
		for _, g := range groups {
			lines = append(lines, totalLine(icon(g.Severity), w.Open(counts[g]), o.style.title(g)))
		}
	}
	return lines
}

func (o overview) elsewhereLine() []notify.Line {
	if o.elsewhere == 0 {
		return nil
	}
	return []notify.Line{said(o.style.words().Status.Elsewhere(o.elsewhere))}
}
