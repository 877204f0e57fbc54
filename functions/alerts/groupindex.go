package alerts

import (
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// groupIndex lists, by group, the incidents of cards that the group inhibits or may
// inhibit, so that the cards of a group are found without going through the whole fleet.
type groupIndex struct {
	all map[incident.Key]bool
	by  map[incident.Key]map[incident.Key]bool // by the key of each group that has the card
}

func newGroupIndex() groupIndex {
	return groupIndex{all: make(map[incident.Key]bool), by: make(map[incident.Key]map[incident.Key]bool)}
}

// replace updates the index for an incident that changes from past to next.
func (x groupIndex) replace(key incident.Key, past, next rule.Incident) {
	if rule.ByGroup(past.Suppressed) {
		delete(x.all, key)
		for _, g := range groupKeys(key, past) {
			if delete(x.by[g], key); len(x.by[g]) == 0 {
				delete(x.by, g)
			}
		}
	}
	if !rule.ByGroup(next.Suppressed) {
		return
	}
	x.all[key] = true
	for _, g := range groupKeys(key, next) {
		if x.by[g] == nil {
			x.by[g] = make(map[incident.Key]bool)
		}
		x.by[g][key] = true
	}
}

// groupKeys are the keys of the groups that a card is in.
func groupKeys(key incident.Key, i rule.Incident) []incident.Key {
	var keys []incident.Key
	for _, g := range rule.GroupsOf(i.Details) {
		keys = append(keys, rule.GroupKey(g, key.Rule))
	}
	return keys
}
