package alerts

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// openGroups are the open groups of a rule about cards, in their order.
func (l *ledger) openGroups(of string) []rule.GroupID {
	var open []rule.GroupID
	for _, key := range slices.SortedFunc(maps.Keys(l.groups), incident.Key.Compare) {
		if id, err := rule.ParseGroupID(key.Subject.ID); err == nil && rule.CardRule(key.Rule) == of {
			open = append(open, id)
		}
	}
	return open
}

// began is when the first card of an open group was found; zero: it is not open.
func (l *ledger) began(group incident.Key) time.Time {
	details, _ := l.records[group].Details.Value.(rule.GroupDetails)
	if !l.groups[group] {
		return time.Time{}
	}
	return details.Since
}

// strayGroups returns evaluations that end the groups whose names this version does not
// know, such as those of another version: no sweep would end them.
func (l *ledger) strayGroups() []rule.Evaluation {
	var off []rule.Evaluation
	for key := range l.groups {
		if _, err := rule.ParseGroupID(key.Subject.ID); err != nil || rule.CardRule(key.Rule) == "" {
			off = append(off, rule.Evaluation{Key: key, Status: incident.Off})
		}
	}
	return off
}

// explains returns the open group that inhibits a card's incident: the one that does so
// already, or else the largest. A group counts only where all receivers of the card were
// notified of it.
func (l *ledger) explains(i rule.Incident) (found rule.GroupID, ok bool) {
	if len(l.groups) == 0 {
		return rule.GroupID{}, false
	}
	most := 0
	for _, id := range rule.GroupsOf(i.Details) {
		key := rule.GroupKey(id, i.Key.Rule)
		if !l.groups[key] || !l.reaches(l.records[key], i) {
			continue
		}
		if i.Suppressed == rule.InhibitedBy(id) {
			return id, true
		}
		details, _ := l.records[key].Details.Value.(rule.GroupDetails)
		if !ok || details.Cards > most {
			found, ok, most = id, true, details.Cards
		}
	}
	return found, ok
}

// reaches reports whether all who would be notified of a card's incident are notified of
// its group's. It is taken for granted until anybody is notified of the group.
func (l *ledger) reaches(group, card rule.Incident) bool {
	if len(l.routes) == 0 || group.Notified.Count == 0 {
		return true
	}
	for _, name := range l.routes.Receivers(card) {
		if !slices.Contains(group.Details.Receivers, name) {
			return false
		}
	}
	return true
}

// receivers are those who are notified of an incident. Those of a group's are also those
// of the cards that it inhibits or may inhibit.
func (l *ledger) receivers(i rule.Incident) []string {
	names := l.routes.Receivers(i)
	for key := range l.grouped.by[i.Key] {
		names = append(names, l.routes.Receivers(l.records[key])...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// inhibited are the incidents that a group inhibits, or may, in the order of their keys.
func (l *ledger) inhibited() []incident.Key {
	return slices.SortedFunc(maps.Keys(l.grouped.all), incident.Key.Compare)
}

// suppress changes what suppresses an incident. Where nothing does any more, receivers
// are notified of it.
func (l *ledger) suppress(key incident.Key, s incident.Suppression, now time.Time) ([]rule.Change, error) {
	past := l.records[key]
	if past.Suppressed == s {
		return nil, nil
	}
	past.Suppressed = s
	next, changes := incident.Elapse(past, now, l.policyFor(past))
	l.route(past, &next, changes)
	return changes, l.put(key, next)
}

// cardsOf are the cards that a group inhibits, in the order of their ICCIDs.
func (l *ledger) cardsOf(group incident.Key) []rule.Incident {
	id, err := rule.ParseGroupID(group.Subject.ID)
	if err != nil {
		return nil
	}
	var cards []rule.Incident
	for key := range l.grouped.by[group] {
		if i := l.records[key]; i.Suppressed == rule.InhibitedBy(id) {
			cards = append(cards, i)
		}
	}
	slices.SortFunc(cards, func(a, b rule.Incident) int { return cmp.Compare(a.Key.Subject.ID, b.Key.Subject.ID) })
	return cards
}
