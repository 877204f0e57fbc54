package message

import (
	"slices"
	"strings"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// Digest tells all the news of a sweep in one message, for a channel that
// cannot update one.
func Digest(s Style, notices []incident.Notice, c Coverage) slack.Message {
	d := news(s, notices, c)
	d.title = icon(notices) + " SIM cards: " + tally(notices)
	d.rest = "The rest is counted above."
	d.footer += " · id " + d.id
	return d.message()
}

// History tells what changed in the group of a living message, for its thread.
func History(s Style, notices []incident.Notice, c Coverage) slack.Message {
	d := news(s, notices, c)
	d.title = "Changes: " + tally(notices)
	d.rest = "All of them are in the list in this thread."
	return d.message()
}

func news(s Style, notices []incident.Notice, c Coverage) draft {
	lines := newsLines(notices)
	d := draft{style: s, at: c.At, id: NewsID(notices), footer: c.line(s), lines: lines}
	for _, n := range slices.SortedStableFunc(slices.Values(notices), worstNews) {
		said := what(n)
		if len(lines) > 1 && n.Incident.Reason != rule.Gone {
			said += ": " + newsTitle(n.Kind, newsGroup(n))
		}
		d.rows = append(d.rows, row{n.Incident, said})
	}
	return d
}

// worstNews puts what is over last.
func worstNews(a, b incident.Notice) int {
	switch aOver, bOver := a.Kind == incident.Resolved, b.Kind == incident.Resolved; {
	case aOver && !bOver:
		return 1
	case bOver && !aOver:
		return -1
	default:
		return worstFirst(a.Incident, b.Incident)
	}
}

// NewsID is the ID of a message about notices, the same whenever the same are told.
func NewsID(notices []incident.Notice) string {
	ids := make([]string, len(notices))
	for i, n := range notices {
		ids[i] = n.ID
	}
	return fingerprint(ids...)
}

// tally counts the news: "12 new, 2 worse, 1 resolved".
func tally(notices []incident.Notice) string {
	var parts []string
	for _, kind := range kinds {
		if n := countKind(notices, kind.kind); n > 0 {
			parts = append(parts, number(n)+" "+kind.word)
		}
	}
	return strings.Join(parts, ", ")
}

func countKind(notices []incident.Notice, kind incident.Kind) int {
	n := 0
	for _, one := range notices {
		if one.Kind == kind {
			n++
		}
	}
	return n
}

// newsLines counts the news by kind and group, the worst first.
func newsLines(notices []incident.Notice) []string {
	var lines []string
	for _, kind := range kinds {
		counts := make(map[Group]int)
		for _, n := range notices {
			if n.Kind == kind.kind {
				counts[newsGroup(n)]++
			}
		}
		for _, g := range sortedGroups(counts) {
			lines = append(lines, totalLine(g, counts[g], kind.word, newsTitle(kind.kind, g)))
		}
	}
	return lines
}

func newsTitle(kind incident.Kind, g Group) string {
	if kind == incident.Resolved {
		return g.ending()
	}
	return g.Title()
}

// newsGroup is the group of a notice. What is over has no severity any more.
func newsGroup(n incident.Notice) Group {
	if n.Kind == incident.Resolved {
		return Group{Rule: n.Incident.Rule}
	}
	return GroupOf(n.Incident)
}

func totalLine(g Group, n int, word, title string) string {
	return bulletLine + g.icon() + " *" + number(n) + " " + word + "* · " + slack.Escape(clean(title, maxLine))
}

// icon is that of the worst news.
func icon(notices []incident.Notice) string {
	worst := Group{}
	for _, n := range notices {
		if g := newsGroup(n); g.Severity == Critical || worst.Severity == "" {
			worst.Severity = g.Severity
		}
	}
	return worst.icon()
}
