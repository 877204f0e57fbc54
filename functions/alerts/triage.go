package alerts

import (
	"errors"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
)

// Triage is how the listing of the fleet is asked for.
type Triage string

// The ways to ask.
const (
	TriageAll      Triage = "all"      // for every card
	TriageFiltered Triage = "filtered" // by [fleet.Filters]
)

// UnmarshalText accepts the ways by name.
func (t *Triage) UnmarshalText(text []byte) error {
	if *t = Triage(text); *t != TriageAll && *t != TriageFiltered {
		return errors.New("must be all or filtered")
	}
	return nil
}

// filtersOf returns filters that list every card on which expiry or usage of p
// may be breached.
func filtersOf(p rule.Policy) (fleet.Filters, error) {
	var days, percents []int
	for _, s := range p.AllSettings() {
		days = append(days, rule.Of[rule.Expiry](s).Days...)
		percents = append(percents, rule.Of[rule.Usage](s).Percent...)
	}
	return fleet.NewFilters(days, percents)
}
