package message

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// Board is what a living message shows: one group of incidents, or several where
// so many opened at once that they share a message.
type Board struct {
	Groups []Group
	Open   []incident.Incident // in those groups; none: all clear
	// Elsewhere is how many incidents of the same rules other messages show.
	Elsewhere int
}

// Living is the message of a board. It is updated in place as incidents open and
// end. Its ID changes when what is open does, and not as data ages.
func Living(s Style, b Board, c Coverage) slack.Message {
	d := draft{style: s, at: c.At, id: b.fingerprint(), footer: c.line(s)}
	d.rest = "All of them are in the list in the thread."
	if len(b.Open) == 0 {
		d.title = "✅ " + b.title() + ": all clear"
		d.lines = b.elsewhere()
		return d.message()
	}
	d.title = b.groups()[0].icon() + " " + b.title() + ": " + number(len(b.Open)) + " open"
	d.lines = append(b.lines(c.At), b.elsewhere()...)
	d.rows = rowsOf(sorted(b.Open))
	if len(b.groups()) > 1 {
		for i, r := range d.rows {
			d.rows[i].what = GroupOf(r.Incident).Title()
		}
	}
	return d.message()
}

// groups are those of the open incidents, or else those the board is for.
func (b Board) groups() []Group {
	if len(b.Open) == 0 {
		return b.Groups
	}
	return sortedGroups(b.counts())
}

func (b Board) counts() map[Group]int {
	counts := make(map[Group]int)
	for _, i := range b.Open {
		counts[GroupOf(i)]++
	}
	return counts
}

func (b Board) title() string {
	groups := b.groups()
	if len(groups) == 1 {
		return groups[0].Title()
	}
	return "SIM cards, " + number(len(groups)) + " kinds of incidents"
}

// lines count what is open, by group where there are several.
func (b Board) lines(now time.Time) []string {
	oldest := b.Open[0].Opened
	for _, i := range b.Open {
		oldest = earlier(oldest, i.Opened)
	}
	if len(b.Open) == 1 {
		return []string{"Open for " + age(now.Sub(oldest))}
	}
	lines := []string{"*" + number(len(b.Open)) + " open*, the longest for " + age(now.Sub(oldest))}
	if groups := b.groups(); len(groups) > 1 {
		counts := b.counts()
		for _, g := range groups {
			lines = append(lines, totalLine(g, counts[g], "open", g.Title()))
		}
	}
	return lines
}

func (b Board) elsewhere() []string {
	if b.Elsewhere == 0 {
		return nil
	}
	return []string{count(b.Elsewhere, "more card", "more cards") + " of the same kind at another severity: see the other message"}
}

// fingerprint changes when an incident opens, changes its rung or reason, is
// told again, or ends.
func (b Board) fingerprint() string {
	var parts []string
	for _, i := range b.Open {
		parts = append(parts, fingerprint(i.Subject, i.Rule, i.Instance, strconv.Itoa(i.Level), i.Reason, i.ToldAt.UTC().String()))
	}
	slices.Sort(parts)
	for _, g := range b.Groups {
		parts = append(parts, g.Rule, string(g.Severity))
	}
	return fingerprint(append(parts, strconv.Itoa(b.Elsewhere))...)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func sortedGroups(counts map[Group]int) []Group {
	return slices.SortedFunc(maps.Keys(counts), Group.Compare)
}
