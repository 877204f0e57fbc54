package notify

import (
	"path"
	"slices"
	"strings"
	"time"

	"signalbox/shared/slack"
)

// action is what a step does.
type action string

const (
	digest      action = "digest"       // a message that stands for itself
	newStatus   action = "status"       // a status message that begins a thread
	update      action = "update"       // of a status message
	history     action = "history"      // changes, in a thread
	list        action = "list"         // a file in a thread
	listMissing action = "list missing" // said in a thread
	announce    action = "announcement"
	sayNote     action = "note" // said in a thread
)

// sending is a message, reply, update or file that is about to be sent.
type sending struct {
	ID     string `json:"id"` // the message's
	Action action `json:"action"`
	// Thread is the status message that it is about or below.
	Thread  slack.Ref `json:"thread,omitzero"`
	Groups  []Group   `json:"groups,omitempty"`  // of a new status message
	Changes []string  `json:"changes,omitempty"` // ids of those that it delivers
	// List is the fingerprint of the changes that a list is of; "": of what is
	// open.
	List string `json:"list,omitempty"`
	Note string `json:"note,omitempty"` // the key of the note that it says
	// Broadcast shows a reply in the channel too.
	Broadcast bool      `json:"broadcast,omitempty"`
	Since     time.Time `json:"since"` // when it was first about to be sent

	Form  int `json:"form,omitempty"`  // which of the action's forms is next
	Tries int `json:"tries,omitempty"` // of this form, without those that failed for the receiver's reasons
	Looks int `json:"looks,omitempty"` // failed searches for it
	// Uncertain says that it may have arrived, Lost how many answers were lost.
	Uncertain bool `json:"uncertain,omitempty"`
	Lost      int  `json:"lost,omitempty"`

	tried        bool      // in this run
	wasUncertain bool      // before this try
	found        bool      // it had arrived before
	ref          slack.Ref // where it is, of a message
	title        string    // its first line, as sent
	cause        error     // of the last failure; nil: it was never confirmed
}

// method is what is asked of a receiver.
type method int

const (
	post method = iota
	reply
	edit
	upload
)

// form is a way to send something.
type form struct {
	method method
	extent Extent
}

var (
	posted  = []form{{post, Whole}, {post, Plain}, {post, Short}}
	replied = []form{{reply, Whole}, {reply, Plain}, {reply, Short}}
	edited  = []form{{edit, Whole}, {edit, Plain}, {edit, Short}}
)

// nameOf returns a name by which a file is found again.
func (s *sending) nameOf(f File) string {
	kind := path.Ext(f.Name)
	return strings.TrimSuffix(f.Name, kind) + "-" + s.ID + kind
}

// of returns as much of m.
func (e Extent) of(m slack.Message) slack.Message {
	if e != Whole {
		m.Blocks = nil
	}
	if e == Short {
		m.Text, _, _ = strings.Cut(m.Text, "\n")
	}
	return m
}

// formsOf are the ways to take an action, each simpler than the one before.
func formsOf(a action) []form {
	switch a {
	case history: // a reply that cannot be made becomes a message
		return slices.Concat(replied, posted)
	case update:
		return edited
	case list:
		return []form{{method: upload}}
	case listMissing:
		return replied[:1]
	case sayNote:
		return replied
	default:
		return posted
	}
}

func (s *sending) form() form {
	forms := formsOf(s.Action)
	return forms[min(s.Form, len(forms)-1)]
}

// goesFirst reports whether s may have arrived, and has not been tried or lost an
// answer more than once.
func (s *sending) goesFirst() bool { return s.Uncertain && s.Tries <= 1 && s.Lost <= 1 }

// simplify turns to the next form, or reports false where there is none.
func (s *sending) simplify() bool {
	if s.Form+1 >= len(formsOf(s.Action)) {
		return false
	}
	s.Form, s.Tries = s.Form+1, 0
	return true
}

// unthread makes a reply a message.
func (s *sending) unthread() {
	if s.form().method == reply {
		s.Form, s.Tries = len(replied), 0
	}
}
