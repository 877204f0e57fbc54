// Package message words what people read about cards: the digest of a sweep, the
// status message of a group of incidents, what changed in it, and the daily
// summary, in English or Chinese, with the texts of package words. It is pure: incidents
// and counts go in, messages come out.
//
// However many cards there are, a message passes [slack.Message.Check]: it names
// the worst, and says how many it does not name.
package message

import (
	"iter"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/cardlink"
	"signalbox/shared/incident"
	"signalbox/shared/incidentlink"
	"signalbox/shared/language"
	"signalbox/shared/notify"
)

// Writer words what is notified about the fleet, as far as it was seen. It is a
// value: make one for each run. It is safe for concurrent use.
type Writer struct {
	Style    Style
	Coverage Coverage
	// Open are all that are open, suppressed or not, for the daily summary. Nil: none.
	Open     iter.Seq[rule.Incident]
	Standing action.Standing // what people have done about them
	Buttons  bool            // status messages have buttons: somebody listens
	// Inside are the cards that the open incident of a group inhibits, for the list. Nil:
	// none is.
	Inside func(group incident.Key) []rule.Incident
}

var _ notify.Writer[rule.Details] = Writer{}

// Style is how things are shown. The zero value shows UTC and masks cards.
type Style struct {
	Language  language.Language
	Zone      *time.Location     // of the times shown; nil is UTC
	ShowICCID bool               // whole numbers of cards, not masked ones
	Console   string             // address that a button leads to; "": no button
	Pages     cardlink.Links     // to the pages of cards; zero: none
	Incidents incidentlink.Links // to the list of incidents; zero: none
}

// Unwatched words that the cards are not watched, why, and what to do, where that is all
// that can be said.
func Unwatched(s Style, reason, action string) notify.Message {
	return notify.Message{Title: "🔴 " + s.words().Message.Unwatched(reason, action), Severity: incident.Critical, Extent: notify.Short}
}

func (s Style) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// subject names a card, or whatever else an incident is about.
func (s Style) subject(subject incident.Subject) string {
	// What is shorter is no ICCID, and has none in it.
	const shortest = 15
	if subject.Kind == incident.Card && !s.ShowICCID && len(subject.ID) >= shortest {
		return card.ICCID(subject.ID).Masked()
	}
	return subject.ID
}
