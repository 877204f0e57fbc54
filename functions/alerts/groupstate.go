package alerts

import (
	"encoding/json"
	"fmt"
	"hash/maphash"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/store"
)

// groupState is what the sweeps leave of groups. A group is only an incident by the counts
// of a whole sweep: where a record cannot be decoded, the next sweep begins to count anew.
type groupState struct {
	current groupSweep
	last    groupTotals

	seed   maphash.Seed
	stored map[string]uint64 // hash of what the store has, by key
}

// groupSweep counts the cards that the sweep under way has found well. Where it is of
// another sweep, that one was not counted from its beginning.
type groupSweep struct {
	Sweep string           `json:"sweep"`
	Well  rule.GroupCounts `json:"well,omitempty"`
	// LeftOut is how often a card was not counted, since there are too many groups.
	LeftOut int `json:"leftOut,omitempty"`
}

// groupTotals are the groups of the last whole sweep that were large enough.
type groupTotals struct {
	Sweep string           `json:"sweep"` // "": there was none
	Cards rule.GroupCounts `json:"cards"`
}

// The keys of the collection.
const (
	groupsNow    = "current"
	groupsBefore = "last"
)

func newGroupState() groupState {
	return groupState{seed: maphash.MakeSeed(), stored: make(map[string]uint64)}
}

func (g *groupState) decode(r store.Record) error {
	g.stored[r.Key] = maphash.Bytes(g.seed, r.Value)
	switch r.Key {
	case groupsNow:
		var current groupSweep
		if json.Unmarshal(r.Value, &current) == nil {
			g.current = current
		}
	case groupsBefore:
		var last groupTotals
		if json.Unmarshal(r.Value, &last) == nil {
			g.last = last
		}
	}
	return nil
}

// records are those that differ from what the store has.
func (g *groupState) records() ([]store.Record, error) {
	var changed []store.Record
	for key, document := range map[string]any{groupsNow: g.current, groupsBefore: g.last} {
		if _, stored := g.stored[key]; !stored && key == groupsBefore && g.last.Sweep == "" {
			continue // there was no whole sweep yet
		}
		value, err := json.Marshal(document)
		if err != nil {
			return nil, fmt.Errorf("store the counts of groups: %w", err)
		}
		if hash, stored := g.stored[key]; !stored || hash != maphash.Bytes(g.seed, value) {
			changed = append(changed, store.Record{Collection: groups, Key: key, Value: value})
		}
	}
	return changed, nil
}

// settle says that a record was stored.
func (g *groupState) settle(r store.Record) { g.stored[r.Key] = maphash.Bytes(g.seed, r.Value) }

// well counts a card in its groups.
func (g *groupState) well(d rule.Details, of string) {
	if g.current.Well == nil {
		g.current.Well = make(rule.GroupCounts)
	}
	g.current.LeftOut += g.current.Well.Add(rule.GroupsOf(d), of, g.last.Cards)
}

// may reports whether one of a card's groups may still become an incident in the sweep
// under way. Before the first whole sweep each may.
func (g *groupState) may(d rule.Details, of string, settings rule.Groups) bool {
	if g.last.Sweep == "" {
		return true
	}
	for _, id := range rule.GroupsOf(d) {
		if settings.May(g.current.Well.Of(id, of), g.last.Cards.Of(id, of)) {
			return true
		}
	}
	return false
}
