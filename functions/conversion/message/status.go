package message

import (
	"cmp"
	"slices"
	"strings"

	"signalbox/functions/conversion/watch"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// Status words the status message of groups, as what is open is now.
func (w Writer) Status(groups []notify.Group, open []watch.Incident, elsewhere int, _ []watch.Change) slack.Message {
	said := w.words()
	m := notify.Message{Title: overSign + said.NoneOpen(w.names(groups)), Links: w.links(), Footer: said.AsOf(w.clock(w.At))}
	if len(open) > 0 {
		sorted := slices.SortedFunc(slices.Values(open), worstFirst)
		m.Severity = sorted[0].Severity
		m.Title = sign(sorted[0].Severity, false) + w.describe(sorted[0]).title + w.more(len(sorted)-1)
		m.Lines, _ = w.lines(w.paragraphs(sorted))
	}
	if elsewhere > 0 {
		if len(open) == 0 {
			m.Title = movedSign + said.Moved(w.names(groups))
		}
		m.Lines = append(m.Lines, line(said.Elsewhere(elsewhere)))
	}
	return w.render(m)
}

// names are those of the rules of groups: others have status messages of their own.
func (w Writer) names(groups []notify.Group) string {
	said := w.words()
	var names []string
	for _, r := range []struct{ rule, name string }{
		{watch.RateName, said.Rate.Name}, {watch.PumpingName, said.Pumping.Name}, {watch.SilenceName, said.Silence.Name}, {watch.ReportsName, said.Reports.Name},
	} {
		if slices.ContainsFunc(groups, func(g notify.Group) bool { return g.Rule == r.rule }) {
			names = append(names, r.name)
		}
	}
	return strings.Join(names, said.Comma)
}

// paragraphs are those of what is open, with how long it has been so.
func (w Writer) paragraphs(open []watch.Incident) []paragraph {
	all := make([]paragraph, len(open))
	for i, one := range open {
		all[i] = w.paragraph(one, false)
		all[i].heading = sign(one.Severity, false) + w.describe(one).title
		all[i].lines = append(all[i].lines, line(w.words().OpenFor(w.age(w.At.Sub(one.Opened)))))
	}
	return all
}

// leavesOut reports whether messages do not say all of what is open, or has changed.
func (w Writer) leavesOut(open []watch.Incident, changes []watch.Change) bool {
	_, whole := w.lines(w.paragraphs(open))
	said := make([]paragraph, 0, len(changes))
	for _, c := range changes {
		said = append(said, w.paragraph(c.Incident, c.IsOver()))
	}
	_, all := w.lines(said)
	return !whole || !all
}

// byKey orders rows of the list.
func byKey(a, b watch.Incident) int { return cmp.Or(worstFirst(a, b), a.Opened.Compare(b.Opened)) }
