package message

import (
	"cmp"
	"maps"
	"slices"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

// groupOf returns the group that an incident belongs to.
func groupOf(i rule.Incident) notify.Group {
	return notify.Group{Rule: i.Key.Rule, Severity: i.Severity}
}

// compareGroups orders groups, the worst first.
func compareGroups(a, b notify.Group) int {
	return cmp.Or(b.Severity.Compare(a.Severity), cmp.Compare(a.Rule, b.Rule))
}

func sortedGroups(counts map[notify.Group]int) []notify.Group {
	return slices.SortedFunc(maps.Keys(counts), compareGroups)
}

const (
	fine = "✅"
	over = "⚪" // but nobody knows whether it is fine
)

// icon shows a severity.
func icon(s incident.Severity) string {
	if s == incident.Critical {
		return "🔴"
	}
	return "🟠"
}

func resolvedIcon(i rule.Incident) string {
	if i.Status == incident.Off || i.Status == incident.Absent {
		return over
	}
	return fine
}
