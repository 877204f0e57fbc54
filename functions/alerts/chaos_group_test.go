package alerts_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// tagOf and carrierOf deal the cards of a chaos into groups.
func tagOf(card int) string { return fmt.Sprintf("site-%d", card/15) }

func carrierOf(card int) string { return []string{"CMCC", "CUCC", "CTCC"}[card%3] }

// outage has a whole group stop, or go on.
func (c *chaos) outage(chance *rand.Rand) {
	groupOf := tagOf
	if chance.IntN(2) == 0 {
		groupOf = carrierOf
	}
	name := groupOf(chance.IntN(chaosCards))
	condition := chance.IntN(2) * slices.IndexFunc(conditions, func(c condition) bool { return c.name == "stopped" })
	for card := range chaosCards {
		if groupOf(card) == name && chance.IntN(20) > 0 {
			c.set(card, condition)
		}
	}
	c.mu.Lock()
	c.say("all cards of %s %s", name, conditions[condition].name)
	c.mu.Unlock()
}

// isBelieved reports whether the last sweep had a whole listing.
func (c *chaos) isBelieved(t *testing.T) bool {
	t.Helper()
	records := c.state.peek("sweep")
	at := slices.IndexFunc(records, func(r store.Record) bool { return r.Key == "current" })
	var current struct{ Checkpoint fleet.Checkpoint }
	if at < 0 || json.Unmarshal(records[at].Value, &current) != nil {
		t.Fatal("there is no checkpoint")
	}
	return current.Checkpoint.IsWhole()
}

// checkGroups finds after a whole sweep that each card that is suppressed is so by an open
// group of its own; after two, that receivers know of each card that is stopped, and that
// each group is true.
func (c *chaos) checkGroups(t *testing.T, sweeps int) {
	t.Helper()
	checkInhibited(t, c.state)
	if sweeps < 2 {
		return
	}
	stored := c.state.incidents(t)
	groups := make(map[rule.GroupID][2]int) // stopped cards, and all
	for card, condition := range c.truth {
		_, isStopped := conditions[condition].open[rule.StoppedName]
		i := stored[keyOf(c.cloud.ICCID(card), rule.StoppedName)]
		if isStopped != (i.Phase == incident.PhaseOpen) || isStopped && !i.IsOpen() && !rule.ByGroup(i.Suppressed) {
			t.Errorf("card %s is stopped: %v, and its incident %+v", i.Key.Subject.ID, isStopped, i)
		}
		for _, id := range []rule.GroupID{{Kind: rule.TagGroup, Name: tagOf(card)}, {Kind: rule.CarrierGroup, Name: carrierOf(card)}} {
			counts := groups[id]
			if counts[1]++; isStopped {
				counts[0]++
			}
			groups[id] = counts
		}
	}
	for key, i := range stored {
		if key.Subject.Kind != incident.Group || i.Phase != incident.PhaseOpen {
			continue
		}
		id, err := rule.ParseGroupID(key.Subject.ID)
		if counts := groups[id]; err != nil || 2*counts[0] < counts[1] || !i.IsOpen() {
			t.Errorf("group %v is open with %d of %d cards, notified: %v", id, counts[0], counts[1], i.IsOpen())
		}
		c.mu.Lock()
		c.grouped = true
		c.mu.Unlock()
	}
}
