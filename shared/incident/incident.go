// Package incident decides what is open and what receivers are to be notified
// of: one incident per subject and rule, which is opened once, worsens, is
// resolved once, and does not repeat itself while it flaps.
//
// It is pure. [Advance] takes what is remembered of one incident, what a rule
// says now, and the time; it returns what is to be remembered and the changes
// that receivers are to be notified of. Delivering them is package notify's work.
//
// D is the type of the details that the rules of one function give, such as the
// usage of a card. It must encode to JSON and back.
package incident

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// SubjectKind is what a subject is.
type SubjectKind string

// The kinds of subject.
const (
	Card  SubjectKind = "card"  // a SIM card; its ID is the ICCID
	Pool  SubjectKind = "pool"  // a plan whose data cards share; its ID is the credential
	Group SubjectKind = "group" // cards that have something in common; its ID says what, such as "tag/field"
	Fleet SubjectKind = "fleet" // the fleet itself, its sweeps and receivers; its ID says which part
)

// Subject is what an incident is about.
type Subject struct {
	Kind SubjectKind `json:"kind"`
	ID   string      `json:"id"`
}

// Key names one thing that can go wrong with one subject.
type Key struct {
	Subject Subject `json:"subject"`
	Rule    string  `json:"rule"` // such as "usage"; it has no slash
}

// String returns the key as text, "card/8986.../usage", as stores order records
// by it. It holds a card's whole number: it is no text for a log.
func (k Key) String() string { return string(k.Subject.Kind) + "/" + k.Subject.ID + "/" + k.Rule }

// Compare orders keys by kind, ID and rule.
func (k Key) Compare(other Key) int {
	return cmp.Or(
		cmp.Compare(k.Subject.Kind, other.Subject.Kind),
		cmp.Compare(k.Subject.ID, other.Subject.ID),
		cmp.Compare(k.Rule, other.Rule),
	)
}

// Phase is where an incident is in its life. The zero Phase is that there is
// none.
type Phase string

// The phases.
const (
	PhasePending  Phase = "pending" // breached, but not yet for long enough
	PhaseOpen     Phase = "open"
	PhaseResolved Phase = "resolved" // kept until its end is notified, and for as long as it could flap
)

// Incident is what is remembered of one thing that is, may be or was wrong. The
// zero value is that nothing is. It is written only where it has changed, so it
// holds no time of the last look.
type Incident[D any] struct {
	Key      Key    `json:"key"`
	Phase    Phase  `json:"phase"`
	Instance string `json:"instance,omitempty"` // the occasion, such as the package that ends

	// Opened is when it began, Resolved when it ended; zero while it is open.
	Opened   time.Time `json:"opened,omitzero"`
	Resolved time.Time `json:"resolved,omitzero"`

	// Severity, Threshold, Status and Details are as of the last evaluation: a
	// card that was topped up from 100 % to 85 % is a warning at 85 % again.
	Severity   Severity    `json:"severity,omitempty"`
	Threshold  Threshold   `json:"threshold,omitzero"`
	Status     Status      `json:"status,omitempty"`
	Suppressed Suppression `json:"suppressed,omitzero"`
	Details    D           `json:"details"`

	// Breached counts the evaluations in a row that found it breached while it
	// is pending; Absent those that did not find its subject. Seen is what the
	// last of them was about.
	Breached int    `json:"breached,omitempty"`
	Absent   int    `json:"absent,omitempty"`
	Seen     string `json:"seen,omitempty"`

	// Notified is what receivers were last notified of.
	Notified Notified `json:"notified,omitzero"`
}

// Notified is what receivers were last notified of one incident, be it only in
// their outboxes.
type Notified struct {
	// Count is how many changes were notified, 0: none.
	Count    int       `json:"count,omitempty"`
	At       time.Time `json:"at,omitzero"`
	Instance string    `json:"instance,omitempty"`
	// Open reports whether receivers take the incident for open.
	Open bool `json:"open,omitempty"`
	// Severity is as last notified or eased since, PeakSeverity and PeakThreshold
	// the worst that was notified.
	Severity      Severity  `json:"severity,omitempty"`
	PeakSeverity  Severity  `json:"peakSeverity,omitempty"`
	PeakThreshold Threshold `json:"peakThreshold,omitzero"`
	// Resolutions is how many ends were notified.
	Resolutions int `json:"resolutions,omitempty"`
	// Damped is how many changes flapping has held back since At.
	Damped int `json:"damped,omitempty"`
}

// IsOpen reports whether the incident is open and receivers were notified of it,
// be it only that it was open a moment before: what damping holds back is open all
// the same.
func (i Incident[D]) IsOpen() bool {
	return i.Phase == PhaseOpen && (i.Notified.Open || i.Notified.Count > 0 && !i.Suppressed.Active())
}

// ID names this occasion of the incident, such as in an address: 16 hexadecimal digits,
// the same until it is opened anew. It shows no card's number, but who knows the moment at
// which it was opened can try numbers until one fits.
func (i Incident[D]) ID() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", i.Key, i.Opened.UnixNano()))
	return hex.EncodeToString(sum[:8])
}

// Level is how bad the incident is now.
func (i Incident[D]) Level() Level { return Level{i.Severity, i.Threshold} }

// IsZero reports whether there is nothing to remember.
func (i Incident[D]) IsZero() bool { return i.Phase == "" }

// NeedsEvaluation reports whether the subject must be looked at again, be it to
// find that all is well: it is pending or open, or receivers do not know yet that
// it is over.
func (i Incident[D]) NeedsEvaluation() bool {
	return i.Phase == PhasePending || i.Phase == PhaseOpen || i.Phase == PhaseResolved && i.Notified.Open
}
