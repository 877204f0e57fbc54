package message

import (
	"cmp"
	"maps"
	"slices"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// Digest words all the changes of a sweep in one message, for a receiver that
// cannot update one. It ends with its id.
func (w Writer) Digest(id string, changes []rule.Change) notify.Message {
	d := w.changes(changes)
	d.rest = w.Style.words().Changes.AllAbove
	d.footer += " · " + w.Style.words().Changes.ID(id)
	m := d.message()
	m.Alerts, m.Links = w.alerts(changes), append(w.forms(changes), m.Links...)
	return m
}

// forms lead to what can be done about the one incident that changes leave open: where
// there are several, the list does.
func (w Writer) forms(changes []rule.Change) []notify.Link {
	var id string
	for _, c := range changes {
		switch {
		case c.IsOver():
		case id != "" && id != c.Incident.ID():
			return nil
		default:
			id = c.Incident.ID()
		}
	}
	if id == "" || w.Style.Incidents.List(w.Coverage.At) == "" {
		return nil
	}
	form := func(verb action.Verb, label string) notify.Link {
		return notify.Link{ID: layout.FormPrefix + string(verb), Label: label, URL: w.Style.Incidents.Form(id, string(verb), w.Coverage.At)}
	}
	return []notify.Link{form(action.Acknowledge, w.act().Acknowledge), form(action.Silence, w.act().FormSilence)}
}

// History words what changed in the group of a status message, for its thread.
func (w Writer) History(changes []rule.Change) slack.Message {
	d := w.changes(changes)
	d.rest = w.Style.words().Changes.InThread
	return layout.Slack(d.message())
}

// ListMissing says in a thread that the list could not be attached.
func (w Writer) ListMissing() slack.Message {
	d := w.draft()
	d.title = "⚠️ " + w.Style.words().Message.ListMissing
	d.lines = []notify.Line{said(w.Style.words().Message.WorstNamed)}
	return layout.Slack(d.message())
}

func (w Writer) changes(changes []rule.Change) draft {
	s := w.Style
	headings := s.headingsOf(changes)
	d := w.draft()
	d.rows = w.changeRows(changes)
	h := headlineOf(changes)
	d.severity = h.severity()
	switch {
	case len(headings) == 0:
		d.title = s.words().Changes.None
	case h.novelty == isOver:
		d.title = headings[0].icon + " " + s.because(s.resolvedHeadings(headings), s.tally(pointers(changes)))
	default:
		d.title = s.headline(h, s.resolved(changes))
	}
	if len(headings) > 1 {
		d.lines = s.totals(changes)
	}
	return d
}

// resolvedHeadings names what is over.
func (s Style) resolvedHeadings(headings []heading) string {
	if len(headings) == 1 {
		return headings[0].title
	}
	return s.words().Changes.Cards
}

// resolved counts what is over, "" where nothing is.
func (s Style) resolved(changes []rule.Change) string {
	over := slices.DeleteFunc(pointers(changes), func(c *rule.Change) bool { return noveltyOf(c) != isOver })
	return s.tally(over)
}

// changeRows are the rows of changes, the worst first, what is over last.
func (w Writer) changeRows(changes []rule.Change) []row {
	several := len(w.Style.headingsOf(changes)) > 1
	rows := make([]row, 0, len(changes))
	for _, c := range slices.SortedStableFunc(slices.Values(pointers(changes)), worstChange) {
		said := w.Style.what(*c)
		if several {
			said = w.Style.because(said, w.Style.headingOf(*c).title)
		}
		rows = append(rows, row{&c.Incident, w.Style.headingOf(*c).icon, said})
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

// kind is one of change, and how it is counted.
type kind struct {
	kind  incident.Kind
	count func(n int) string
}

// kinds are all in the order in which they are shown.
func (s Style) kinds() []kind {
	w := s.words().Changes
	return []kind{
		{incident.Worsened, w.Worsened},
		{incident.Opened, w.Opened},
		{incident.Flapping, w.Flapping},
		{incident.Reminded, w.Reminded},
		{incident.Resolved, w.Resolved},
	}
}

// tally counts the changes: "2 worse, 12 new, 1 resolved".
func (s Style) tally(changes []*rule.Change) string {
	var parts []string
	for _, kind := range s.kinds() {
		n := 0
		for _, c := range changes {
			if c.Kind == kind.kind {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, kind.count(n))
		}
	}
	return s.listed(parts...)
}

// heading is what changes are counted under. What is over has no severity.
type heading struct {
	notify.Group

	icon, title string
}

func (s Style) headingOf(c rule.Change) heading {
	if c.IsOver() && c.Kind != incident.Flapping { // what flaps is not well
		return heading{notify.Group{Rule: c.Incident.Key.Rule}, resolvedIcon(c.Incident), s.resolvedTitle(c.Incident)}
	}
	g := notify.GroupOf(c.Incident)
	return heading{g, icon(g.Severity), s.title(g)}
}

func compareHeadings(a, b heading) int {
	return cmp.Or(a.Compare(b.Group), cmp.Compare(a.title, b.title))
}

// headingsOf are those of changes, the worst first.
func (s Style) headingsOf(changes []rule.Change) []heading {
	found := make(map[heading]bool)
	for _, c := range changes {
		found[s.headingOf(c)] = true
	}
	return slices.SortedFunc(maps.Keys(found), compareHeadings)
}

// totals count the changes by kind and heading.
func (s Style) totals(changes []rule.Change) []notify.Line {
	var lines []notify.Line
	for _, kind := range s.kinds() {
		counts := make(map[heading]int)
		for _, c := range changes {
			if c.Kind == kind.kind {
				counts[s.headingOf(c)]++
			}
		}
		for _, h := range slices.SortedFunc(maps.Keys(counts), compareHeadings) {
			lines = append(lines, totalLine(h.icon, kind.count(counts[h]), h.title))
		}
	}
	return lines
}

// what says what is new of an incident, and for how long it has been open.
func (s Style) what(c rule.Change) string {
	w, open := s.words().Changes, s.age(c.At.Sub(c.Incident.Opened))
	switch c.Kind {
	case incident.Resolved:
		return w.Over(open)
	case incident.Reminded:
		return w.StillOpen(open)
	case incident.Worsened:
		return w.Worse
	case incident.Flapping:
		return s.flaps(c)
	default:
		return w.New
	}
}

func (s Style) flaps(c rule.Change) string {
	w := s.words().Changes.Flaps
	switch c.Incident.Phase {
	case incident.PhaseOpen:
		return w.Open(c.Damped)
	case incident.PhasePending:
		return w.Pending(c.Damped)
	default:
		return w.Resolved(c.Damped)
	}
}

func totalLine(icon, counted, title string) notify.Line {
	return notify.Line{Bullet: true, Spans: []notify.Span{{Text: icon + " "}, {Text: counted, Bold: true}, {Text: " · " + title}}}
}
