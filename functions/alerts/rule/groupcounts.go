package rule

import (
	"maps"
	"slices"
)

// MaxGroups is how many groups are counted, beside those that were large enough in the
// last sweep.
const MaxGroups = 10_000

// GroupCounts are numbers of cards by group, one for each of [GroupRules].
type GroupCounts map[GroupID][len(groupRules)]int

// Of is the count of a group for a rule about cards.
func (c GroupCounts) Of(g GroupID, of string) int { return c[g][slices.Index(groupRules[:], of)] }

// Add counts a card in its groups. Where there are too many groups, those that are not
// among them, nor in before, are left out; it reports how many of the card's were.
func (c GroupCounts) Add(groups []GroupID, of string, before GroupCounts) (leftOut int) {
	at := slices.Index(groupRules[:], of)
	for _, g := range groups {
		if !c.isCounted(g, before) {
			leftOut++
			continue
		}
		counts := c[g]
		counts[at]++
		c[g] = counts
	}
	return leftOut
}

// isCounted reports whether g is among the groups that are counted, of which there are at
// most [MaxGroups] beside those that were before.
func (c GroupCounts) isCounted(g GroupID, before GroupCounts) bool {
	if _, known := c[g]; known || len(c) < MaxGroups {
		return true
	}
	_, known := before[g]
	return known
}

// AtLeast leaves out the groups with fewer cards for each rule.
func (c GroupCounts) AtLeast(cards int) GroupCounts {
	large := maps.Clone(c)
	maps.DeleteFunc(large, func(_ GroupID, counts [len(groupRules)]int) bool { return slices.Max(counts[:]) < cards })
	return large
}

// inOrder sorts groups, each once, without those that have no name.
func inOrder(groups []GroupID) []GroupID {
	groups = slices.DeleteFunc(groups, func(g GroupID) bool { return g.Name == "" })
	slices.SortFunc(groups, GroupID.Compare)
	return slices.Compact(groups)
}
