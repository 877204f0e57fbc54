package message

import (
	"maps"
	"slices"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

func sortedGroups(counts map[notify.Group]int) []notify.Group {
	return slices.SortedFunc(maps.Keys(counts), notify.Group.Compare)
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
