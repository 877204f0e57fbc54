package message

import (
	"maps"
	"slices"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

// Status words the status message of groups: of one, or of several where so many
// opened at once that they share a message. Its first line has the number of
// those newly opened. Its ID changes when what is open does, and not as data ages.
func (w Writer) Status(groups []notify.Group, open []rule.Incident, elsewhere int, opened []rule.Change) slack.Message {
	b := status{groups: groups, open: open, elsewhere: elsewhere, opened: opened}
	d := w.draft()
	d.id = b.fingerprint()
	d.rest = "All of them are in the list in the thread."
	if len(open) == 0 {
		d.title = "✅ " + b.title() + ": all clear"
		d.lines = b.elsewhereLine()
		return d.message()
	}
	shown := b.shown()
	d.title = icon(shown[0].Severity) + " " + b.title() + ": " + b.counted()
	d.lines = append(b.lines(d.at), b.elsewhereLine()...)
	for _, i := range sorted(open) {
		r := row{Incident: i}
		if len(shown) > 1 {
			r.what = title(groupOf(i))
		}
		d.rows = append(d.rows, r)
	}
	return d.message()
}

// status is what a status message shows.
type status struct {
	groups    []notify.Group
	open      []rule.Incident
	elsewhere int
	opened    []rule.Change
}

// shown are the groups of the open incidents, or else those that the message is
// for.
func (b status) shown() []notify.Group {
	if len(b.open) == 0 {
		return slices.SortedFunc(slices.Values(b.groups), compareGroups)
	}
	return sortedGroups(b.counts())
}

func (b status) counts() map[notify.Group]int {
	counts := make(map[notify.Group]int)
	for _, i := range b.open {
		counts[groupOf(i)]++
	}
	return counts
}

func (b status) title() string {
	groups := b.shown()
	if len(groups) == 1 {
		return title(groups[0])
	}
	return "SIM cards, " + number(len(groups)) + " kinds of incidents"
}

// counted says "3 new, 14 open".
func (b status) counted() string {
	text := number(len(b.open)) + " open"
	if len(b.opened) > 0 {
		text = number(len(b.opened)) + " new, " + text
	}
	return text
}

// lines count what is open, by group where there are several.
func (b status) lines(now time.Time) []string {
	oldest := b.open[0].Opened
	for _, i := range b.open {
		if i.Opened.Before(oldest) {
			oldest = i.Opened
		}
	}
	if len(b.open) == 1 {
		return []string{"Open for " + age(now.Sub(oldest))}
	}
	lines := []string{"*" + number(len(b.open)) + " open*, the longest for " + age(now.Sub(oldest))}
	if groups := b.shown(); len(groups) > 1 {
		counts := b.counts()
		for _, g := range groups {
			lines = append(lines, totalLine(g, counts[g], "open", title(g)))
		}
	}
	return lines
}

func (b status) elsewhereLine() []string {
	if b.elsewhere == 0 {
		return nil
	}
	return []string{count(b.elsewhere, "more card", "more cards") + " of the same kind at another severity: see the other message"}
}

// fingerprint changes when an incident opens, is notified again, or is resolved.
func (b status) fingerprint() string {
	var parts []string
	for _, i := range b.open {
		parts = append(parts, fingerprint(i.Key.String(), i.Instance, string(i.Severity), i.Threshold.String(), i.Notified.At.UTC().String()))
	}
	slices.Sort(parts)
	for _, g := range b.groups {
		parts = append(parts, g.Rule, string(g.Severity))
	}
	return fingerprint(append(parts, number(b.elsewhere))...)
}

func sortedGroups(counts map[notify.Group]int) []notify.Group {
	return slices.SortedFunc(maps.Keys(counts), compareGroups)
}
