package rule

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"signalbox/shared/card"
)

// Details are what one rule says of its subject. The zero value has none. As JSON
// they are {"rule": "usage", "facts": {...}, "details": {...}}, and what an
// unknown version wrote is an error.
type Details struct {
	Facts Facts // what every rule says of a card; zero for the fleet
	// Value is of the rule's own type, such as [UsageDetails]. It is nil where the
	// rule is switched off or the subject absent.
	Value Typed
	// Receivers are those who are notified of this occasion of the incident, so that
	// they are to its end. nil where there are no routes.
	Receivers []string
}

// Typed are the details of one rule.
type Typed interface {
	// Rule is the name of the rule.
	Rule() string
}

type encodedDetails struct {
	Rule    string          `json:"rule,omitempty"`
	Facts   Facts           `json:"facts,omitzero"`
	Details json.RawMessage `json:"details,omitempty"`

	Receivers []string `json:"receivers,omitempty"`
}

// MarshalJSON names the rule beside its details.
func (d Details) MarshalJSON() ([]byte, error) {
	encoded := encodedDetails{Facts: d.Facts, Receivers: d.Receivers}
	if d.Value != nil {
		data, err := json.Marshal(d.Value)
		if err != nil {
			return nil, fmt.Errorf("encode the details of rule %s: %w", d.Value.Rule(), err)
		}
		encoded.Rule, encoded.Details = d.Value.Rule(), data
	}
	return json.Marshal(encoded)
}

// UnmarshalJSON asks the named rule for its type.
func (d *Details) UnmarshalJSON(data []byte) error {
	var encoded encodedDetails
	if err := json.Unmarshal(data, &encoded); err != nil {
		return fmt.Errorf("decode details: %w", err)
	}
	read := Details{Facts: encoded.Facts, Receivers: encoded.Receivers}
	if encoded.Rule != "" || encoded.Details != nil {
		if err := decodeValue(encoded.Rule, encoded.Details, &read); err != nil {
			return fmt.Errorf("decode the details of rule %q: %w", encoded.Rule, err)
		}
	}
	*d = read
	return nil
}

var errUnknownRule = errors.New("there is no such rule")

func decodeValue(name string, data []byte, d *Details) error {
	for _, r := range rules {
		if r.Name() == name {
			return r.decode(data, d)
		}
	}
	if of := CardRule(name); of != "" {
		return decodeGroup(of, data, d)
	}
	for _, r := range fleetRules {
		if r.Name() == name {
			return r.decode(data, d)
		}
	}
	return errUnknownRule
}

// decodeAs is decode of a rule whose details are a T.
func decodeAs[T Typed](data []byte, d *Details) error {
	var value T
	if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	d.Value = value
	return nil
}

// Facts are what every rule says of a card or a pool, as the observation has
// them. What is unknown is zero. They hold nothing that changes while the data
// does not, such as the days that are left.
type Facts struct {
	Tags      []string      `json:"tags,omitempty"`
	Remark    string        `json:"remark,omitempty"`
	Package   string        `json:"package,omitempty"`
	Pool      string        `json:"pool,omitempty"`
	Expires   time.Time     `json:"expires,omitzero"`
	Used      card.DataSize `json:"used,omitzero"`
	Rest      card.DataSize `json:"rest,omitzero"`
	Ratio     card.Ratio    `json:"ratio,omitzero"`
	Volume    card.DataSize `json:"volume,omitzero"` // of the plan
	Refreshed time.Time     `json:"refreshed,omitzero"`
	Renews    time.Time     `json:"renews,omitzero"`
}

// Facts are what every rule says of its subject.
func (o Observation) Facts() Facts {
	return Facts{
		Tags: o.Tags, Remark: o.Remark, Package: o.Package, Pool: o.Pool, Expires: o.Expires,
		Used: o.Used, Rest: o.Rest, Ratio: o.Ratio, Volume: o.Volume, Refreshed: o.Refreshed, Renews: o.Renews,
	}
}

// Total is the data that there is: the volume of the plan. Where something is left
// although that much was used, or more is left than the plan has, there is more than the
// plan.
func (f Facts) Total() card.DataSize {
	there := f.Used.Plus(f.Rest)
	volume, known := f.Volume.Bytes()
	sum, sumKnown := there.Bytes()
	const rounding = 0.01 // of Alibaba's texts
	if rest, _ := f.Rest.Bytes(); !known || volume == 0 || sumKnown && rest > 0 && float64(sum) > float64(volume)*(1+rounding) {
		return there
	}
	return f.Volume
}
