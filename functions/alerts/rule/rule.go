// Package rule evaluates observations: what a scan knows of a card goes in, what
// each rule says of it comes out. It is pure.
package rule

import (
	"encoding/json"
	"time"

	"signalbox/shared/incident"
)

// Evaluation is what a rule says of a card, a pool or the fleet.
type Evaluation = incident.Evaluation[Details]

// Incident is an incident of the fleet's.
type Incident = incident.Incident[Details]

// Change is a change of one.
type Change = incident.Change[Details]

// Details are what one rule tells of its subject: one of the typed details of
// the rules, such as [UsageDetails]. The zero value has none. As JSON they are
// {"rule": ..., "facts": {...}, ...}, and what a newer version wrote is an error.
type Details struct {
	Facts Facts // what every rule tells of a card
	Value any   // of the rule's own type; nil: none
}

// MarshalJSON names the rule beside its details.
func (d Details) MarshalJSON() ([]byte, error) { panic("not written yet") }

// UnmarshalJSON asks the named rule for its type.
func (d *Details) UnmarshalJSON(data []byte) error { panic("not written yet") }

var _ json.Unmarshaler = (*Details)(nil)

// Evaluate returns an evaluation for each rule that o tells enough for, in the
// order of the rules, with what is suppressed now.
func (p Policy) Evaluate(o Observation, now time.Time) []Evaluation { panic("not written yet") }

// NeedsLookup reports whether a listed card is worth a call of its own.
func (p Policy) NeedsLookup(listed Observation, now time.Time) bool { panic("not written yet") }

// Policy is the rules of a fleet and what suppresses them.
type Policy struct{}
