// Package notify delivers changes of incidents to receivers: it keeps an outbox
// for each, groups what is in it, keeps to the receiver's limits and remembers
// what was delivered. Receivers, and the threads of one, each fail alone.
//
// It knows no card and no rate: a [Writer] words the messages.
package notify

import (
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// Group is the incidents that share a status message.
type Group struct {
	Rule     string
	Severity incident.Severity
}

// Writer words what receivers get to read. It is pure: the same arguments give
// the same message, whose ID the caller sets.
type Writer[D any] interface {
	// Digest tells changes in one message that stands for itself.
	Digest(changes []incident.Change[D]) slack.Message
	// Status is the status message of groups; open are their open incidents, and
	// elsewhere counts those of the same rules that other messages show. opened
	// are the newly opened ones that the message makes known; its first line
	// has their number.
	Status(groups []Group, open []incident.Incident[D], elsewhere int, opened []incident.Change[D]) slack.Message
	// History tells changes in the thread of a status message.
	History(changes []incident.Change[D]) slack.Message
	// List is the whole list as a file, for what the messages do not name.
	List(open []incident.Incident[D], changes []incident.Change[D]) File
}

// File is a file that goes with a message.
type File struct {
	Name, Title string
	Content     []byte
}
