package message

import (
	"cmp"
	"slices"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

// novelty is how new a change is, the newest first.
type novelty int

const (
	isNew novelty = iota
	isFlapping
	isKnown    // it is reminded of
	isStanding // a status message shows it
	isOver
)

func noveltyOf(c *rule.Change) novelty {
	switch {
	case c.Kind == incident.Flapping:
		return isFlapping // be it over for the moment
	case c.IsOver():
		return isOver
	case c.Kind == incident.Reminded:
		return isKnown
	default:
		return isNew
	}
}

// headline is what a title names: the worst thing, and how many others there are.
type headline struct {
	notify.Group

	novelty novelty
	named   []*rule.Incident
	others  int
}

// headlineOf is that of changes. Those that are over are not among them.
func headlineOf(changes []rule.Change) headline {
	var all []headline
	for _, c := range pointers(changes) {
		n := noveltyOf(c)
		if n == isOver {
			continue
		}
		all = append(all, headline{Group: notify.GroupOf(c.Incident), novelty: n, named: []*rule.Incident{&c.Incident}})
	}
	if len(all) == 0 {
		return headline{novelty: isOver}
	}
	worst := slices.MinFunc(all, func(a, b headline) int {
		return cmp.Or(b.Severity.Compare(a.Severity), cmp.Compare(a.novelty, b.novelty), a.Compare(b.Group))
	})
	worst.named = nil
	for _, h := range all {
		if h.Group == worst.Group && h.novelty == worst.novelty {
			worst.named = append(worst.named, h.named...)
		}
	}
	worst.others = len(all) - len(worst.named)
	return worst
}

// severity is that of the message. What is known already alarms nobody again.
func (h headline) severity() incident.Severity {
	switch {
	case h.novelty == isOver:
		return ""
	case h.novelty == isNew && h.Severity == incident.Critical:
		return incident.Critical
	default:
		return incident.Warning
	}
}

// headline says it: "3 cards used up, 11 more".
func (s Style) headline(h headline, also ...string) string {
	w := s.words().Changes
	said := s.counted(h.Group, h.named)
	switch h.novelty {
	case isFlapping:
		said = w.NowAndThen(said)
	case isKnown:
		said = w.StillBad(said)
	case isNew, isStanding, isOver:
	}
	var more string
	if h.others > 0 {
		more = w.More(h.others)
	}
	return icon(h.severity()) + " " + s.listed(append([]string{said, more}, also...)...)
}

// counted says what is wrong with some of a group, and with how many.
func (s Style) counted(g notify.Group, incidents []*rule.Incident) string {
	w := s.ofRule(g.Rule)
	of := w.warning
	if g.Severity == incident.Critical {
		of = w.critical
	}
	if of.Of == nil {
		return of.Title
	}
	return of.Of(s.subjects(incidents))
}

func (s Style) subjects(incidents []*rule.Incident) string {
	w, n := s.words().Subjects, len(incidents)
	all := func(kind incident.SubjectKind) bool {
		return !slices.ContainsFunc(incidents, func(i *rule.Incident) bool { return i.Key.Subject.Kind != kind })
	}
	switch {
	case all(incident.Card):
		return w.Cards(n)
	case all(incident.Pool):
		return w.Pools(n)
	case all(incident.Group):
		return w.Groups(n)
	case all(incident.Fleet):
		return w.Receivers(n)
	default:
		return w.Several(n)
	}
}
