// Package rule evaluates observations: what a scan knows of a card goes in, what
// each rule says of it comes out. It is pure.
//
// A rule is one type in one file: its name, its thresholds, when it is breached
// and how severe that is, whether it needs a lookup, what it inhibits, and the
// details that it gives. [Settings] are the rules for some cards; a [Policy]
// chooses among them and says what is suppressed. A new rule is a file, a line in
// the list of rules below, an entry in package rulefile and words in package
// message.
package rule

import (
	"time"

	"signalbox/shared/incident"
)

// Evaluation is what a rule says of a card, a pool or the fleet.
type Evaluation = incident.Evaluation[Details]

// Incident is an incident of the fleet's.
type Incident = incident.Incident[Details]

// Change is a change of one.
type Change = incident.Change[Details]

// Rule is one rule about cards with its thresholds. A rule without thresholds is
// switched off, and so is the zero value of all but [Unreadable].
type Rule interface {
	// Name is in keys, details and the rules file. It never changes.
	Name() string
	// evaluate says what the rule finds: all but the key, the facts and the
	// suppression. The zero Evaluation is that o says too little.
	evaluate(o Observation, now time.Time) Evaluation
	// needsLookup reports whether a listed card is worth a call of its own.
	needsLookup(listed Observation, now time.Time) bool
	// byListing reports whether the listing says all that the rule goes by. What
	// another rule has opened, a lookup resolves.
	byListing() bool
	// inhibits names the rules that have nothing to add to e, which is a Breached
	// evaluation of this rule.
	inhibits(e Evaluation) []string
	// forPools reports whether the rule is about pools, too.
	forPools() bool
	// thresholds are what it is breached at, with their units. None: it has none, or is off.
	thresholds() []string
	// decode reads the rule's details into d.
	decode(data []byte, d *Details) error
}

// rules are all rules about cards and pools, switched off, in the order in which
// they are evaluated.
var rules = []Rule{
	Expiry{},
	Usage{},
	Stopped{},
	Stale{},
	Forecast{},
	Inactive{},
	Unreadable{},
}

// Names returns the names of all rules: about cards, about the fleet, and about groups.
func Names() []string {
	names := make([]string, 0, len(rules)+len(groupRules)+len(fleetRules))
	for _, r := range rules {
		names = append(names, r.Name())
	}
	for _, r := range fleetRules {
		names = append(names, r.Name())
	}
	for _, of := range groupRules {
		names = append(names, GroupRule(of))
	}
	return names
}

// ByListing reports whether the listing says all that the rule of that name goes
// by: then its incidents need no lookup.
func ByListing(name string) bool {
	for _, r := range rules {
		if r.Name() == name {
			return r.byListing()
		}
	}
	return true
}
