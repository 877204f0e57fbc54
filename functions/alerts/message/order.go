package message

import (
	"cmp"
	"slices"
	"time"

	"signalbox/functions/alerts/rule"
)

// worstFirst orders incidents by severity and threshold, and those of one
// threshold by what ends first.
func worstFirst(a, b *rule.Incident) int {
	return cmp.Or(
		b.Severity.Compare(a.Severity),
		cmp.Compare(a.Key.Rule, b.Key.Rule),
		b.Threshold.Compare(a.Threshold),
		compareKnown(runsOutAt(*a), runsOutAt(*b)),
		compareKnown(a.Details.Facts.Expires, b.Details.Facts.Expires),
		cmp.Compare(a.Key.Subject.ID, b.Key.Subject.ID),
	)
}

// compareKnown puts what is unknown last.
func compareKnown(a, b time.Time) int {
	if a.IsZero() != b.IsZero() {
		return b.Compare(a)
	}
	return a.Compare(b)
}

// sorted puts the worst first.
func sorted(incidents []*rule.Incident) []*rule.Incident {
	return slices.SortedStableFunc(slices.Values(incidents), worstFirst)
}

// pointers returns one to each value: there may be many, and they are large.
func pointers[T any](values []T) []*T {
	all := make([]*T, len(values))
	for i := range values {
		all[i] = &values[i]
	}
	return all
}
