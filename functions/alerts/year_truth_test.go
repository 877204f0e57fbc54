package alerts_test

import (
	"time"

	"signalbox/shared/incident"
)

// condition is what is wrong with a card by the simulation's own account. Level
// 0 is nothing; hold is too little to begin and too much to end.
type condition struct {
	instance string
	level    int
	hold     bool
}

// truth is what is wrong with the fleet, and how often that changed.
type truth struct {
	open    map[incident.Key]condition
	changes map[incident.Key]int
}

func newTruth() *truth {
	return &truth{open: make(map[incident.Key]condition), changes: make(map[incident.Key]int)}
}

// see takes the fleet as it is now and returns the keys that changed.
func (t *truth) see(cards []*simCard, now time.Time) map[incident.Key]bool {
	changed := make(map[incident.Key]bool)
	for _, c := range cards {
		for name, next := range c.conditions(now) {
			key := incident.Key{Subject: string(c.id), Rule: name}
			if changes := t.apply(key, next); changes > 0 {
				t.changes[key] += changes
				changed[key] = true
			}
		}
	}
	return changed
}

// apply returns how many changes there were: of two packages one may end as the
// other begins.
func (t *truth) apply(key incident.Key, next condition) (changes int) {
	past, open := t.open[key]
	if open && (next.instance != past.instance || next.level == 0 && !next.hold) {
		delete(t.open, key)
		open = false
		changes++
	}
	if next.level > 0 && (!open || next.level > past.level) {
		t.open[key] = condition{instance: next.instance, level: next.level}
		changes++
	}
	return changes
}
