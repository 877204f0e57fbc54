// Package incident decides what is open and what to tell: one incident per
// subject, rule and instance, which opens once, climbs its ladder without
// repeating itself, and is reported once when it is over.
//
// It is pure: the past, the verdicts and the time go in, the new past and the
// notices come out. Delivering them is another package's work.
package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Key names one thing that can go wrong with one subject.
type Key struct {
	Subject string `json:"subject"` // such as an ICCID
	Rule    string `json:"rule"`    // such as "usage"
}

// Verdict is what a rule says of a subject now.
type Verdict struct {
	Key
	// Instance tells one occasion from the next, such as the package that is
	// running out. Another instance is another incident.
	Instance string
	// Level is the rung of the rule's ladder, from 1 upwards; 0 is all clear.
	Level int
	// Hold says that things are between the two: not bad enough to open an
	// incident, not good enough to resolve one. Level is then of no account.
	Hold bool
	// Breaches is how many verdicts in a row it takes to open an incident.
	// Zero: one.
	Breaches int
	// Seen names what was looked at, such as the day of the data. Verdicts on
	// the same thing count as one breach; the empty name is always another.
	Seen string
	// Quiet says that it is not to be told now: a worse one hides it, somebody
	// silenced it, or it is night. It is told when that is over, if still true.
	Quiet bool
	// Reason names why, such as "used-up".
	Reason string
	// Facts are what a reader wants to know, by name.
	Facts map[string]string
}

// Incident is something that is wrong.
type Incident struct {
	Key
	Instance string            `json:"instance"`
	Level    int               `json:"level"` // the highest so far
	Reason   string            `json:"reason"`
	Opened   time.Time         `json:"opened"`
	Facts    map[string]string `json:"facts,omitempty"`

	// Told is the level that was told; 0: it was kept quiet so far.
	Told   int       `json:"told"`
	ToldAt time.Time `json:"toldAt,omitzero"`
	// Ended is when it was over, where that was kept quiet.
	Ended time.Time `json:"ended,omitzero"`
}

// Kind is what a notice tells.
type Kind string

// The kinds of notice.
const (
	Opened    Kind = "opened"
	Escalated Kind = "escalated" // the same incident, a higher level
	Reminded  Kind = "reminded"  // the same incident, still open
	Resolved  Kind = "resolved"
)

// Notice is one piece of news about an incident.
type Notice struct {
	// ID is the same whenever the same news is told again.
	ID       string    `json:"id"`
	Kind     Kind      `json:"kind"`
	Incident Incident  `json:"incident"`
	At       time.Time `json:"at"`
}

// id joins the key for use as a map key.
func (k Key) id() string { return k.Subject + "/" + k.Rule }

// keyOf undoes id: a rule's name has no slash.
func keyOf(id string) Key {
	slash := strings.LastIndexByte(id, '/')
	return Key{Subject: id[:slash], Rule: id[slash+1:]}
}

func newNotice(kind Kind, i Incident, now time.Time) Notice {
	return Notice{ID: noticeID(kind, i, now), Kind: kind, Incident: i, At: now}
}

// noticeID is made of what the news is, not of when it was found; a reminder's
// news is the time.
func noticeID(kind Kind, i Incident, now time.Time) string {
	text := fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d\x00%d", kind, i.id(), i.Instance, i.Level, i.Opened.Unix())
	if kind == Reminded {
		text = fmt.Appendf(text, "\x00%d", now.Unix())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}
