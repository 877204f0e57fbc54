package rule

import (
	"cmp"
	"slices"
	"time"

	"signalbox/shared/incident"
)

// Member is a card with an open incident of a rule that forms groups.
type Member struct {
	Card     string // its ICCID
	Groups   []GroupID
	Severity incident.Severity
	Opened   time.Time
	Standing Standing
}

// Standing says what a card's incident has to do with a cause that this sweep may find:
// those that are Fresh or Known may have it, and are its evidence.
type Standing int

// The standings.
const (
	Fresh Standing = iota // it has just been found, or waits for its group
	Known                 // likewise, but receivers were notified of the card itself
	Old                   // it was there before
	Apart                 // a silence or another rule suppresses it
)

// Breach is what a sweep has found of one rule that forms groups.
type Breach struct {
	Of string // the rule about cards
	// Well counts the cards that were found in use and not breached. Before counts all
	// that the last whole sweep found, breached or not; nil: there was none.
	Well, Before GroupCounts
	Members      []Member

	byGroup map[GroupID][]int // indexes of Members
}

// NewBreach returns one whose members are in the order of their cards.
func NewBreach(of string, well, before GroupCounts, members []Member) Breach {
	slices.SortFunc(members, func(a, b Member) int { return cmp.Compare(a.Card, b.Card) })
	b := Breach{Of: of, Well: well, Before: before, Members: members, byGroup: make(map[GroupID][]int)}
	for i, m := range members {
		for _, g := range m.Groups {
			b.byGroup[g] = append(b.byGroup[g], i)
		}
	}
	return b
}

// Groups are those of all members.
func (b Breach) Groups() []GroupID {
	groups := make([]GroupID, 0, len(b.byGroup))
	for g := range b.byGroup {
		groups = append(groups, g)
	}
	return inOrder(groups)
}

// Form returns the groups that are to be incidents, the largest first, beside those that
// are open. A card counts for one cause: of groups with the same cards the one without
// others is it, then the one that says most. Only a whole sweep can say so.
func (g Groups) Form(b Breach, open func(GroupID) bool) []GroupID {
	if !g.On() {
		return nil
	}
	explained := make([]bool, len(b.Members))
	for i, m := range b.Members {
		explained[i] = slices.ContainsFunc(m.Groups, open)
	}
	var formed []GroupID
	for _, candidate := range g.candidates(b, explained, open) {
		if !g.fires(b, candidate, explained) {
			continue // a larger group has explained its cards
		}
		formed = append(formed, candidate)
		for _, i := range b.byGroup[candidate] {
			explained[i] = true
		}
	}
	return formed
}

// candidates are the groups that would be incidents if there were no others.
func (g Groups) candidates(b Breach, explained []bool, open func(GroupID) bool) []GroupID {
	fresh := make(map[GroupID]int)
	var candidates []GroupID
	for _, id := range b.Groups() {
		if open(id) || !b.Well.isCounted(id, b.Before) || !g.fires(b, id, explained) {
			continue
		}
		_, fresh[id] = b.fresh(id, explained)
		candidates = append(candidates, id)
	}
	slices.SortStableFunc(candidates, func(x, y GroupID) int {
		return cmp.Or(cmp.Compare(fresh[y], fresh[x]), cmp.Compare(b.total(x), b.total(y)), x.Compare(y))
	})
	return candidates
}

// fires reports whether what is fresh of a group, beside what is well, is one incident.
// Where receivers know of each card it would say nothing.
func (g Groups) fires(b Breach, id GroupID, explained []bool) bool {
	waiting, fresh := b.fresh(id, explained)
	fresh -= b.added(id)
	all := fresh + b.Well.Of(id, b.Of)
	return waiting > 0 && all >= g.Least && 100*fresh >= g.Share*all
}

// lasts reports whether a group is still one: from 80 percent down to 50, or as much of
// another share. What was there before it is evidence for nothing.
func (g Groups) lasts(o GroupObservation) bool {
	const easing = 5.0 / 8
	cards, total := o.Cards-o.Earlier, o.Total-o.Earlier
	return cards > 0 && float64(cards)*100 >= easing*float64(g.Share)*float64(total)
}

// May reports whether a group may still become an incident in a sweep that has found so
// many of its cards well, of all that it had.
func (g Groups) May(well, total int) bool {
	return total >= g.Least && 100*(total-well) >= g.Share*total
}

// fresh counts the members of a group that may have a new cause, which no other group
// explains: all are [Fresh] or [Known], and waiting are the [Fresh] ones, of which
// receivers do not know yet. Without these there is nothing to say.
func (b Breach) fresh(g GroupID, explained []bool) (waiting, all int) {
	for _, i := range b.byGroup[g] {
		switch standing := b.Members[i].Standing; {
		case explained[i]:
		case standing == Fresh:
			waiting, all = waiting+1, all+1
		case standing == Known:
			all++
		}
	}
	return waiting, all
}

// added is how many cards a group has more than the last whole sweep found: nobody has
// seen them well. It goes by the rule that found most, since a card that was stopped is not
// counted for usage that is stale.
func (b Breach) added(g GroupID) int {
	if b.Before == nil {
		return 0
	}
	before := b.Before[g]
	return max(0, b.total(g)-slices.Max(before[:]))
}

func (b Breach) total(g GroupID) int { return b.Well.Of(g, b.Of) + len(b.byGroup[g]) }

// AddTotals adds all cards of each group to c.
func (c GroupCounts) AddTotals(b Breach) {
	at := slices.Index(groupRules[:], b.Of)
	add := func(g GroupID, n int) {
		counts := c[g]
		counts[at] += n
		c[g] = counts
	}
	for g := range b.Well {
		add(g, b.Well.Of(g, b.Of))
	}
	for g, members := range b.byGroup {
		if b.Well.isCounted(g, b.Before) {
			add(g, len(members))
		}
	}
}

// Observe is what the sweep knows of one group, which began at a time; the zero time: it
// begins now.
func (b Breach) Observe(g GroupID, began time.Time) GroupObservation {
	o := GroupObservation{Group: g, Of: b.Of, Cards: len(b.byGroup[g]), Total: b.total(g)}
	for _, i := range b.byGroup[g] {
		m := b.Members[i]
		if m.Standing != Fresh && m.Opened.Before(began) {
			o.Earlier++
		}
		if m.Severity.Compare(o.Severity) > 0 {
			o.Severity = m.Severity
		}
		if (m.Standing == Fresh || m.Standing == Known) && (o.Since.IsZero() || m.Opened.Before(o.Since)) {
			o.Since = m.Opened
		}
		if len(o.First) < MaxFirst {
			o.First = append(o.First, m.Card)
		}
	}
	return o
}
