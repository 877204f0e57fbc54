package message

import (
	"slices"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// maxFirst is how many characters the first cards of a group have.
const maxFirst = 26 * (rule.MaxFirst + 1)

// stoppedGroup says how many cards of a group are stopped.
func stoppedGroup(s Style, _ time.Time, i rule.Incident) string {
	w := s.words().Group
	return s.ofGroup(i, w.StoppedSince, w.StillStopped)
}

// staleGroup says of how many the usage is not counted.
func staleGroup(s Style, _ time.Time, i rule.Incident) string {
	w := s.words().Group
	return s.ofGroup(i, w.StaleSince, w.StillStale)
}

func (s Style) ofGroup(
	i rule.Incident, since func(cards, total int, group, since string) string, still func(cards, total int, group string) string,
) string {
	details, ok := i.Details.Value.(rule.GroupDetails)
	switch {
	case !ok:
		return ""
	case details.Total == 0: // groups are off, or none of its cards is there
		return s.group(i)
	case i.Phase != incident.PhaseOpen || details.Since.IsZero():
		return still(details.Cards, details.Total, s.group(i))
	default:
		return since(details.Cards, details.Total, s.group(i), s.clock(details.Since))
	}
}

// group names what the cards of a group have in common.
func (s Style) group(i rule.Incident) string {
	id, err := rule.ParseGroupID(i.Key.Subject.ID)
	if err != nil {
		return i.Key.Subject.ID
	}
	w := s.words().Group
	name := clean(id.Name, maxCell)
	switch id.Kind {
	case rule.PoolGroup:
		return w.Pool(name)
	case rule.CarrierGroup:
		return w.Carrier(name)
	default:
		return w.Tag(name)
	}
}

// firstCards names some cards of an open group.
func (s Style) firstCards(r row) string {
	details, ok := r.Details.Value.(rule.GroupDetails)
	if !ok || r.Phase != incident.PhaseOpen || len(details.First) == 0 {
		return ""
	}
	names := make([]string, 0, rule.MaxFirst)
	for _, id := range details.First[:min(len(details.First), rule.MaxFirst)] {
		names = append(names, s.subject(incident.Subject{Kind: incident.Card, ID: id}))
	}
	if more := details.Cards - len(names); more > 0 {
		return s.words().Group.More(s.listed(names...), more)
	}
	return s.listed(names...)
}

// firstColumn names the first cards of groups.
func (s Style) firstColumn() column {
	return column{Column: s.words().Group.First, labelled: true, limit: maxFirst, value: s.firstCards}
}

// groupWords are what people read about a rule about groups.
func (s Style) groupWords(name string) ruleWords {
	w, console := s.words().Group, always(s.words().Actions.Console)
	if rule.CardRule(name) == rule.StaleName {
		return ofSubjects(w.Stale, ownColumn{w.Cards, false, staleGroup, nil, console})
	}
	return ofSubjects(w.Stopped, ownColumn{w.Cards, false, stoppedGroup, nil, console})
}

// inside are the cards that a group inhibits.
func (w Writer) inside(i *rule.Incident) []rule.Incident {
	if w.Inside == nil || i.Key.Subject.Kind != incident.Group {
		return nil
	}
	return w.Inside(i.Key)
}

// hidesCards reports whether rows are of a group that has more cards than it names.
func hidesCards(rows []row) bool {
	return slices.ContainsFunc(rows, func(r row) bool {
		details, ok := r.Details.Value.(rule.GroupDetails)
		return ok && r.Phase == incident.PhaseOpen && details.Cards > rule.MaxFirst
	})
}
