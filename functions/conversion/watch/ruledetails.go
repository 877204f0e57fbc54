package watch

import "time"

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
	// Missing is how many verifications are missing.
	Missing int64 `json:"missing,omitempty"`
	// TooMany is how many unverified requests are too many, of what is pumped.
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
	// More is how many parts are low beside them.
	More int `json:"more,omitempty"`
	// Unsure says that others than these may not be as usual either.
	Unsure bool `json:"unsure,omitempty"`
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

// ReportsDetails are the details of rule [ReportsName], as [ReportsObservation] has them.
type ReportsDetails struct {
	Waiting     int       `json:"waiting"`
	Oldest      time.Time `json:"oldest,omitzero"`
	Why         string    `json:"why,omitempty"`
	DeadLetters int       `json:"deadLetters,omitempty"`
	Reason      string    `json:"reason,omitempty"`
}

// ReportsName is the name of the rule about reports of rates that fail, wait or are dead
// letters.
const ReportsName = "reports"

// Rule returns [ReportsName].
func (ReportsDetails) Rule() string { return ReportsName }
