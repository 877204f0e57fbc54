//go:build long

package alerts_test

import (
	"time"

	"signalbox/shared/incident"
)

// plight is what is wrong with a card by the simulation's own account. Without a
// severity nothing is; between is too little to begin and too much to end.
type plight struct {
	instance  string
	severity  incident.Severity
	threshold incident.Threshold
	between   bool
}

// standing is an open plight, with the worst threshold so far, and the severity
// that receivers know of: it eases without a word.
type standing struct {
	plight

	peak  incident.Threshold
	known incident.Severity
}

// truth is what is wrong with the fleet, and how often that changed.
type truth struct {
	open    map[incident.Key]standing
	changes map[incident.Key]int
}

func newTruth() *truth {
	return &truth{open: make(map[incident.Key]standing), changes: make(map[incident.Key]int)}
}

// see takes the fleet as it is now and returns the keys that changed.
func (t *truth) see(cards []*simCard, now time.Time) map[incident.Key]bool {
	changed := make(map[incident.Key]bool)
	for _, c := range cards {
		for name, next := range c.plights(now) {
			key := keyOf(string(c.id), name)
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
func (t *truth) apply(key incident.Key, next plight) (changes int) {
	past, open := t.open[key]
	if open && (next.instance != past.instance || next.severity == "" && !next.between) {
		delete(t.open, key)
		open = false
		changes++
	}
	switch {
	case next.between && open:
		past.severity, past.known = incident.Warning, incident.Warning
	case next.severity == "":
		return changes
	case !open:
		past = standing{plight: next, peak: next.threshold, known: next.severity}
		changes++
	case next.severity.Compare(past.known) > 0 || next.threshold.Compare(past.peak) > 0:
		past = standing{plight: next, peak: next.threshold, known: next.severity}
		changes++
	default:
		past.plight, past.known = next, next.severity
	}
	t.open[key] = past
	return changes
}
