package watch

import (
	"encoding/json"
	"errors"
	"fmt"

	"signalbox/shared/incident"
)

// Evaluation is what the watch says of the OTPs of a sender.
type Evaluation = incident.Evaluation[Details]

// Incident is one of a sender's OTPs.
type Incident = incident.Incident[Details]

// Change is a change of one.
type Change = incident.Change[Details]

// OTP is the kind of the subjects: OTPs to one country, by its ISO code, to where no country
// is known ([Unknown]), or all of them ([All]), or their reports ([Reports]).
const OTP incident.SubjectKind = "otp"

// The IDs of subjects that are no country.
const (
	All     = "all"
	Unknown = "unknown"
)

// Typed are the details of one rule.
type Typed interface {
	// Rule is the name of the rule.
	Rule() string
}

// Details are what one rule says. As JSON they are {"rule": "rate", "details": {...}}, and
// what an unknown version wrote is an error.
type Details struct {
	// Value is of the rule's own type. It is nil where the rule has nothing to say.
	Value Typed
	// Receivers are those that were notified that the incident opened, where there are
	// routes. They are notified of its end, too.
	Receivers []string
	// Named are the parts that receivers were notified of, of a rate that is low.
	Named []string
}

type encodedDetails struct {
	Rule      string          `json:"rule,omitempty"`
	Details   json.RawMessage `json:"details,omitempty"`
	Receivers []string        `json:"receivers,omitempty"`
	Named     []string        `json:"named,omitempty"`
}

// MarshalJSON names the rule beside its details.
func (d Details) MarshalJSON() ([]byte, error) {
	encoded := encodedDetails{Receivers: d.Receivers, Named: d.Named}
	if d.Value != nil {
		data, err := json.Marshal(d.Value)
		if err != nil {
			return nil, fmt.Errorf("encode the details of rule %s: %w", d.Value.Rule(), err)
		}
		encoded.Rule, encoded.Details = d.Value.Rule(), data
	}
	return json.Marshal(encoded)
}

var errUnknownRule = errors.New("there is no such rule")

// UnmarshalJSON asks the named rule for its type.
func (d *Details) UnmarshalJSON(data []byte) error {
	var encoded encodedDetails
	if err := json.Unmarshal(data, &encoded); err != nil {
		return fmt.Errorf("decode details: %w", err)
	}
	read := Details{Receivers: encoded.Receivers, Named: encoded.Named}
	if encoded.Rule != "" || encoded.Details != nil {
		decode, ok := rules[encoded.Rule]
		if !ok {
			return fmt.Errorf("decode the details of rule %q: %w", encoded.Rule, errUnknownRule)
		}
		var err error
		if read.Value, err = decode(encoded.Details); err != nil {
			return fmt.Errorf("decode the details of rule %q: %w", encoded.Rule, err)
		}
	}
	*d = read
	return nil
}

// rules read the details of each rule.
var rules = map[string]func([]byte) (Typed, error){
	RateName:    decodeAs[RateDetails],
	PumpingName: decodeAs[PumpingDetails],
	SilenceName: decodeAs[SilenceDetails],
	ReportsName: decodeAs[ReportsDetails],
}

func decodeAs[T Typed](data []byte) (Typed, error) { //nolint:ireturn // of any rule
	var value T
	if err := json.Unmarshal(data, &value); err != nil {
		return nil, err
	}
	return value, nil
}
