package watch

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"signalbox/shared/incident"
)

// Evaluation is what the watch says of the OTPs of a sender.
type Evaluation = incident.Evaluation[Details]

// Incident is one of a sender's OTPs.
type Incident = incident.Incident[Details]

// Change is a change of one.
type Change = incident.Change[Details]

// OTP is the kind of the subjects: OTPs to one country, by its ISO code, to where no country
// is known ([Unknown]), or all of them ([All]).
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
	// Receivers are those who are notified of this occasion of the incident. nil where
	// there are no routes.
	Receivers []string
}

type encodedDetails struct {
	Rule      string          `json:"rule,omitempty"`
	Details   json.RawMessage `json:"details,omitempty"`
	Receivers []string        `json:"receivers,omitempty"`
}

// MarshalJSON names the rule beside its details.
func (d Details) MarshalJSON() ([]byte, error) {
	encoded := encodedDetails{Receivers: d.Receivers}
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
	read := Details{Receivers: encoded.Receivers}
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
}

func decodeAs[T Typed](data []byte) (Typed, error) {
	var value T
	if err := json.Unmarshal(data, &value); err != nil {
		return nil, err
	}
	return value, nil
}

// Part is a country, or the numbers of one that begin with a prefix, or everything.
type Part struct {
	// All is everything; Country and Prefix are empty then.
	All bool `json:"all,omitempty"`
	// Country is an ISO 3166-1 alpha-2 code, "" for unknown.
	Country string `json:"country,omitempty"`
	// Prefix is how the numbers begin, "" for all of the country. It is never a whole
	// number: at least four digits are missing.
	Prefix string `json:"prefix,omitempty"`

	Requested int64 `json:"requested"`
	Verified  int64 `json:"verified"`
	// UsualRate is 0 to 1, as far as is known of the past.
	UsualRate float64 `json:"usualRate"`
	// UsualRequested is how many are requested in so much time at this hour. nil:
	// unknown.
	UsualRequested *int64 `json:"usualRequested,omitempty"`
	// Missing are the verifications that are missing, or, of what is pumped, the
	// unverified requests that are too many.
	Missing int64 `json:"missing,omitempty"`
	TooMany int64 `json:"tooMany,omitempty"`
}

// Rate returns the part of the requested OTPs that were verified.
func (p Part) Rate() float64 {
	if p.Requested == 0 {
		return 0
	}
	return float64(p.Verified) / float64(p.Requested)
}

// RateDetails are the details of rule [RateName].
type RateDetails struct {
	// Part is everything, in the time that was looked at.
	Part

	// Minutes is how long that time is, up to the end of the window.
	Minutes int `json:"minutes"`
	// Floor is what the rate is under. 0: it is not.
	Floor float64 `json:"floor,omitempty"`
	// Parts are the fewest countries and prefixes that explain at least 80 % of what is
	// missing, the largest first. None: it is not under what is usual.
	Parts []Part `json:"parts,omitempty"`
	// More is how many parts are low beside them. 0: everything else is as usual.
	More int `json:"more,omitempty"`
}

// RateName is the name of the rule about the rate: it is under the floor, or lower than
// usual.
const RateName = "rate"

// Rule returns [RateName].
func (RateDetails) Rule() string { return RateName }

// PumpingDetails are the details of rule [PumpingName].
type PumpingDetails struct {
	// Part is the country.
	Part

	Minutes int `json:"minutes"`
	// New says that the country, or the prefixes that are named, have no past.
	New bool `json:"new,omitempty"`
	// Parts are the narrowest prefixes that explain at least 80 % of what is too many.
	// None: it is all over the country.
	Parts []Part `json:"parts,omitempty"`
}

// PumpingName is the name of the rule about countries in which far more OTPs are
// requested than verified, by their past.
const PumpingName = "pumping"

// Rule returns [PumpingName].
func (PumpingDetails) Rule() string { return PumpingName }

// SilenceDetails are the details of rule [SilenceName].
type SilenceDetails struct {
	// Since is the end of the last window in which something was requested.
	Since time.Time `json:"since"`
	// UsualRequested is how many OTPs are requested in so much time.
	UsualRequested int64 `json:"usualRequested"`
}

// SilenceName is the name of the rule about events that stay away.
const SilenceName = "silence"

// Rule returns [SilenceName].
func (SilenceDetails) Rule() string { return SilenceName }
