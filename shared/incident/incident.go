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
	"maps"
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
	// Reason names why, such as "used-up".
	Reason string
	// Facts are what a reader wants to know, by name.
	Facts map[string]string
}

// Incident is something that is wrong and has been told.
type Incident struct {
	Key
	Instance string            `json:"instance"`
	Level    int               `json:"level"` // the highest so far
	Reason   string            `json:"reason"`
	Opened   time.Time         `json:"opened"`
	Facts    map[string]string `json:"facts,omitempty"`
}

// Kind is what a notice tells.
type Kind string

// The kinds of notice.
const (
	Opened    Kind = "opened"
	Escalated Kind = "escalated" // the same incident, a higher level
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

// State is the open incidents. Its size grows with what is wrong, not with the
// number of subjects. The zero value has none.
type State struct {
	Open map[string]Incident `json:"open,omitempty"`
}

// id joins the key for use as a map key.
func (k Key) id() string { return k.Subject + "/" + k.Rule }

// Subjects returns the subjects that have an open incident.
func (s State) Subjects() map[string]bool {
	subjects := make(map[string]bool, len(s.Open))
	for _, i := range s.Open {
		subjects[i.Subject] = true
	}
	return subjects
}

// Advance applies verdicts to s at now and returns the new state with the
// notices that follow, in the order of the verdicts. A key without a verdict
// stays as it is: what was not seen has neither begun nor ended.
func (s State) Advance(verdicts []Verdict, now time.Time) (State, []Notice) {
	next := State{Open: maps.Clone(s.Open)}
	if next.Open == nil {
		next.Open = make(map[string]Incident)
	}
	var notices []Notice
	for _, v := range verdicts {
		notices = append(notices, next.apply(v, now)...)
	}
	return next, notices
}

// apply changes s, which is Advance's own copy.
func (s State) apply(v Verdict, now time.Time) []Notice {
	past, open := s.Open[v.id()]
	switch {
	case !open && v.Level > 0:
		return []Notice{s.open(v, now)}
	case !open:
		return nil
	case v.Level == 0:
		return []Notice{s.resolve(past, v, now)}
	case v.Instance != past.Instance:
		return []Notice{s.resolve(past, v, now), s.open(v, now)}
	case v.Level > past.Level:
		return []Notice{s.escalate(past, v, now)}
	default:
		return nil
	}
}

func (s State) open(v Verdict, now time.Time) Notice {
	i := Incident{Key: v.Key, Instance: v.Instance, Level: v.Level, Reason: v.Reason, Opened: now, Facts: v.Facts}
	s.Open[v.id()] = i
	return newNotice(Opened, i, now)
}

func (s State) escalate(past Incident, v Verdict, now time.Time) Notice {
	past.Level, past.Reason, past.Facts = v.Level, v.Reason, v.Facts
	s.Open[v.id()] = past
	return newNotice(Escalated, past, now)
}

// resolve tells the facts as they are now: the new expiry, the new usage.
func (s State) resolve(past Incident, v Verdict, now time.Time) Notice {
	delete(s.Open, v.id())
	past.Reason, past.Facts = v.Reason, v.Facts
	return newNotice(Resolved, past, now)
}

func newNotice(kind Kind, i Incident, now time.Time) Notice {
	return Notice{ID: noticeID(kind, i), Kind: kind, Incident: i, At: now}
}

// noticeID is made of what the news is, not of when it was found.
func noticeID(kind Kind, i Incident) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d\x00%d", kind, i.id(), i.Instance, i.Level, i.Opened.Unix()))
	return hex.EncodeToString(sum[:6])
}
