// Package action is what people do about incidents: they acknowledge them, silence
// them, and undo that. It keeps who did what and when, and what stands of it.
//
// An action is one batch of the store, whoever has the lease of a run: it never writes
// an incident, and a run never waits for it. It names the occasion of an incident, by
// [rule.Incident.ID], so that one about an incident that is over, or was opened anew,
// changes nothing. A request that comes twice is one action.
package action

import (
	"slices"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// Verb is what is done.
type Verb string

// The verbs.
const (
	// Acknowledge says that somebody takes care: the incident is not reminded, and
	// receivers are notified only of what is worse, and of its end.
	Acknowledge Verb = "acknowledge"
	// Silence has the incident suppressed until a time.
	Silence Verb = "silence"
	// Undo ends what stands of both.
	Undo Verb = "undo"
)

// Origin is where somebody did it.
type Origin string

// The origins.
const (
	Button  Origin = "slack"   // a button of a message
	Command Origin = "command" // a command in Slack
	Link    Origin = "link"    // a signed link
	Token   Origin = "token"   // a caller with a token
)

// The names of who gives none. They are stored so; people read them in their language.
const (
	Somebody     = "Somebody"      // by a link
	UnnamedToken = "unnamed token" // as package web has it
)

// Actor is who did it.
type Actor struct {
	ID   string `json:"id,omitempty"` // Slack's id of the user; empty: not from Slack
	Name string `json:"name"`
}

// Span is how long a silence lasts.
type Span string

// The spans.
const (
	Hour    Span = "1h"
	Day     Span = "24h"
	Week    Span = "7d"
	Renewal Span = "renewal" // until [Reset], or a week where that is not known
)

// Spans are all of them, in the order in which they are offered.
func Spans() []Span { return []Span{Hour, Day, Week, Renewal} }

const (
	// week is how long a silence lasts where the reset is unknown.
	week = 7 * 24 * time.Hour
	// longest is how far ahead a reset may be: an end like 2099-12-31 says that there is
	// none, and nothing is silenced for ever.
	longest = 366 * 24 * time.Hour
)

// Until is when a silence of something with those facts ends that is made at now.
func (s Span) Until(f rule.Facts, now time.Time) time.Time {
	switch s {
	case Hour:
		return now.Add(time.Hour)
	case Day:
		return now.Add(24 * time.Hour)
	case Renewal:
		if reset := Reset(f, now); !reset.IsZero() {
			return reset
		}
	case Week:
	}
	return now.Add(week)
}

// Reset is when the data of something with those facts is fresh again, or else when its
// package ends. Zero: neither is known to be within a year.
func Reset(f rule.Facts, now time.Time) time.Time {
	for _, end := range []time.Time{f.Renews, f.Expires} {
		if end.After(now) && end.Sub(now) <= longest {
			return end
		}
	}
	return time.Time{}
}

// Request is what somebody asks for.
type Request struct {
	// ID is the same however often the request comes.
	ID     string
	Verb   Verb
	Span   Span // of a Silence
	By     Actor
	Origin Origin
	On     Selection
	// Thread is the message below which it is to be said, as Origin has it; zero: that
	// of the incidents' groups.
	Thread slack.Ref
}

// Selection is what a request is about: one of its fields.
type Selection struct {
	// IDs are those of incidents.
	IDs []string
	// Groups are those of a message that showed all of theirs, as far as Shown has them.
	Groups []Group
	// Seen is when the incidents were shown: one of which people were notified since is
	// another matter. Zero: that does not count.
	Seen time.Time
	// Shown reports whether the message shows incidents like that one. Nil: it shows all.
	Shown func(rule.Incident) bool
	// Subject is all that is open of one subject. To silence it is to silence whatever
	// opens, too.
	Subject incident.Subject
}

// Group is the incidents of a rule and a severity.
type Group struct {
	Rule     string            `json:"rule"`
	Severity incident.Severity `json:"severity"`
}

// covers reports whether a request is about an open incident.
func (s Selection) covers(i rule.Incident) bool {
	switch {
	case s.Subject != incident.Subject{}:
		return i.Key.Subject == s.Subject
	case len(s.Groups) > 0:
		return i.IsOpen() && slices.Contains(s.Groups, Group{i.Key.Rule, i.Severity}) && s.showed(i)
	default:
		return slices.Contains(s.IDs, i.ID()) && (s.Seen.IsZero() || s.showed(i))
	}
}

// showed reports whether the message showed an incident, and as it is now: not before it
// was opened, or became worse.
func (s Selection) showed(i rule.Incident) bool {
	return !i.Opened.After(s.Seen) && !i.Notified.At.After(s.Seen) && (s.Shown == nil || s.Shown(i))
}

// Outcome is what became of a request.
type Outcome string

// The outcomes.
const (
	Done Outcome = "done"
	// Already is that it stands, by somebody else or by an earlier request.
	Already Outcome = "already"
	// Over is that nothing of what it is about is open: it is over, or was opened anew.
	Over Outcome = "over"
	// Nothing is that there is nothing to undo.
	Nothing Outcome = "nothing"
)

// Record is what is kept of an action.
type Record struct {
	ID      string    `json:"id"`
	Verb    Verb      `json:"verb"`
	Span    Span      `json:"span,omitempty"`
	By      Actor     `json:"by"`
	Origin  Origin    `json:"origin"`
	At      time.Time `json:"at"`
	Outcome Outcome   `json:"outcome"`
	// Count is how many incidents it changed something of, and On the first of them.
	// Both may be empty where a subject was silenced of which nothing is open.
	Count int      `json:"count,omitempty"`
	On    []Target `json:"on,omitempty"`
	// Subject is set where the request was about one.
	Subject incident.Subject `json:"subject,omitzero"`
	// Until is when the last of its silences ends.
	Until time.Time `json:"until,omitzero"`
	// Before is who did it, where the outcome is Already.
	Before Actor `json:"before,omitzero"`
	// Repeated says that the request had come before. It is not stored.
	Repeated bool `json:"-"`
}

// Of returns the record as far as it is about those incidents.
func (r Record) Of(changed []rule.Incident) Record {
	r.Count, r.On = len(changed), nil
	for _, i := range changed[:min(len(changed), maxTargets)] {
		r.On = append(r.On, Target{ID: i.ID(), Key: i.Key})
	}
	return r
}

// Target is an incident that an action changed something of.
type Target struct {
	ID  string       `json:"id"`
	Key incident.Key `json:"key"`
}

// maxTargets is how many incidents a record names.
const maxTargets = 100
