package message

import (
	"cmp"
	"slices"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

// worstFirst orders incidents by severity and rung, and on one rung by what ends
// first.
func worstFirst(a, b incident.Incident) int {
	return cmp.Or(
		cmp.Compare(SeverityOf(a), SeverityOf(b)),
		cmp.Compare(b.Level, a.Level),
		compareKnown(a.Facts[rule.FactExpected], b.Facts[rule.FactExpected]),
		compareKnown(a.Facts[rule.FactExpires], b.Facts[rule.FactExpires]),
		cmp.Compare(a.Subject, b.Subject),
		cmp.Compare(a.Rule, b.Rule),
	)
}

// compareKnown puts what is unknown last.
func compareKnown(a, b string) int {
	if (a == "") != (b == "") {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

func sorted(incidents []incident.Incident) []incident.Incident {
	return slices.SortedStableFunc(slices.Values(incidents), worstFirst)
}

func rowsOf(incidents []incident.Incident) []row {
	rows := make([]row, len(incidents))
	for i, one := range incidents {
		rows[i] = row{Incident: one}
	}
	return rows
}
