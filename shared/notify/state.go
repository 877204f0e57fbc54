package notify

import (
	"encoding/json"
	"slices"
	"time"

	"signalbox/shared/slack"
	"signalbox/shared/store"
)

// receivers is the collection of the receivers' states.
const receivers = "receivers"

// state is what is remembered of a receiver. It grows with the number of groups,
// not of incidents.
type state struct {
	// Channel is the bot's, as configured when the threads were begun, and
	// ChannelID what Slack calls it.
	Channel   string   `json:"channel,omitempty"`
	ChannelID string   `json:"channelId,omitempty"`
	Threads   []thread `json:"threads,omitempty"`
	// Replaced are status messages that do not say yet that they were replaced.
	Replaced []slack.Ref `json:"replaced,omitempty"`
	// Sending is what was about to be sent and is not confirmed.
	Sending []*sending `json:"sending,omitempty"`
	// NotBefore is when the receiver takes messages again, or gets once more what may have
	// arrived.
	NotBefore time.Time `json:"notBefore,omitzero"`
	Announced string    `json:"announced,omitempty"` // ID of the last announcement
	// Visible counts the messages that Sweep has made visible in the channel.
	Sweep   string `json:"sweep,omitempty"`
	Visible int    `json:"visible,omitempty"`
}

// record returns the state as it is to be stored. A step that has certainly sent
// nothing, and has no try or simpler form to remember, is left out: the next run plans
// it anew.
func (s *state) record(receiver string) (store.Record, error) {
	stored := *s
	stored.Sending = slices.DeleteFunc(slices.Clone(s.Sending), func(one *sending) bool {
		return !one.Uncertain && one.Tries+one.Form == 0
	})
	raw, err := json.Marshal(stored)
	return store.Record{Collection: receivers, Key: receiver, Value: raw}, err
}

// thread is a status message and what is below it.
type thread struct {
	// Ref is zero where no message could be made: something has to open before
	// another is tried.
	Ref    slack.Ref `json:"ref,omitzero"`
	Groups []Group   `json:"groups"`
	Posted time.Time `json:"posted"`
	Shown  string    `json:"shown,omitempty"`  // fingerprint of what the message shows
	Owed   bool      `json:"owed,omitempty"`   // the list of what it does not name
	Listed string    `json:"listed,omitempty"` // fingerprint of the changes that the last list was of
	// Unlisted says that a list could not be attached, which is to be said.
	Unlisted bool `json:"unlisted,omitempty"`
}

// isStale reports whether what opens needs a new status message, since readers do not
// notice that one of the day before changes. It is stale, too, where the clock has gone
// back by a day.
func (t thread) isStale(now time.Time) bool {
	return t.Ref == (slack.Ref{}) || now.Sub(t.Posted).Abs() >= 24*time.Hour
}

// isDue reports whether a message that could not be made is to be tried again, even
// where nothing opens: what is open must not stay unseen.
func (t thread) isDue(now time.Time) bool {
	return t.Ref == (slack.Ref{}) && now.Sub(t.Posted).Abs() >= time.Hour
}

// shows reports whether the message is that of a group.
func (t thread) shows(g Group) bool { return slices.Contains(t.Groups, g) }

func (s *state) threadOf(g Group) *thread {
	return s.thread(func(t thread) bool { return t.shows(g) })
}

func (s *state) threadAt(ref slack.Ref) *thread {
	return s.thread(func(t thread) bool { return t.Ref == ref })
}

// thread returns the thread for which wanted reports true, or nil. The pointer is valid
// until a thread is begun or dropped.
func (s *state) thread(wanted func(thread) bool) *thread {
	if at := slices.IndexFunc(s.Threads, wanted); at >= 0 {
		return &s.Threads[at]
	}
	return nil
}

// listDone remembers that a thread needs no list of what s lists any more, be it
// attached or given up.
func listDone(t *thread, s *sending) {
	if s.List == "" {
		t.Owed = false
	} else {
		t.Listed = s.List
	}
}

// begin adds a thread, which takes its groups from others. One that was dropped, since
// its message seemed to be lost, may be found again: it is not replaced.
func (s *state) begin(t thread) {
	for i := range s.Threads {
		old := &s.Threads[i]
		old.Groups = slices.DeleteFunc(slices.Clone(old.Groups), t.shows)
		if len(old.Groups) == 0 {
			s.replace(old.Ref)
		}
	}
	s.Threads = slices.DeleteFunc(s.Threads, func(old thread) bool { return len(old.Groups) == 0 })
	s.Threads = append(s.Threads, t)
	s.Replaced = slices.DeleteFunc(s.Replaced, func(ref slack.Ref) bool { return ref == t.Ref })
	s.unthread()
}

// drop forgets the thread at ref. Its message may still be there.
func (s *state) drop(ref slack.Ref) {
	s.replace(ref)
	s.Threads = slices.DeleteFunc(s.Threads, func(t thread) bool { return t.Ref == ref })
	s.unthread()
}

// unthread ends what is being sent to threads that are dropped. A reply becomes a
// message: it may have arrived, so it is not planned anew.
func (s *state) unthread() {
	s.Sending = slices.DeleteFunc(s.Sending, func(one *sending) bool {
		if one.Thread == (slack.Ref{}) || s.threadAt(one.Thread) != nil {
			return false
		}
		one.unthread()
		return one.Action != history
	})
}

// forget drops what is to be sent no more.
func (s *state) forget(one *sending) {
	s.Sending = slices.DeleteFunc(s.Sending, func(other *sending) bool { return other == one })
}

// isSending reports whether such a step is taken in a thread.
func (s *state) isSending(a action, at slack.Ref) bool {
	return slices.ContainsFunc(s.Sending, func(one *sending) bool { return one.Action == a && one.Thread == at })
}

// reserved are the ids of the changes that are being sent.
func (s *state) reserved() map[string]bool {
	ids := make(map[string]bool)
	for _, one := range s.Sending {
		for _, id := range one.Changes {
			ids[id] = true
		}
	}
	return ids
}

// isBlocked reports whether a status message of a group is being sent.
func (s *state) isBlocked(g Group) bool {
	return slices.ContainsFunc(s.Sending, func(one *sending) bool {
		return one.Action == newStatus && slices.Contains(one.Groups, g)
	})
}

// untried returns the first step that this run has not taken and for which wanted
// reports true, or nil.
func (s *state) untried(wanted func(*sending) bool) *sending {
	at := slices.IndexFunc(s.Sending, func(one *sending) bool { return !one.tried && wanted(one) })
	if at < 0 {
		return nil
	}
	return s.Sending[at]
}

// uncertain counts what may have arrived.
func (s *state) uncertain() int {
	n := 0
	for _, one := range s.Sending {
		if one.Uncertain {
			n++
		}
	}
	return n
}

// restore brings what was being sent into line with what is known now. A message whose
// changes are there no more is not sent. Once an answer was lost for so long that nobody
// can find out any more what arrived, all that lost one are planned anew.
func (s *state) restore(now time.Time, waiting map[string]bool, announcement string, notes map[string]Note) {
	// All of them at the same time, so that their changes are compacted together.
	unsure := slices.ContainsFunc(s.Sending, func(one *sending) bool {
		return one.Lost > 0 && now.Sub(one.Since).Abs() >= maxUnsure
	})
	s.Sending = slices.DeleteFunc(s.Sending, func(one *sending) bool {
		switch {
		case unsure && one.Lost > 0:
			return true
		case one.Action == digest, one.Action == history:
			return !slices.ContainsFunc(one.Changes, func(id string) bool { return waiting[id] })
		case one.Action == sayNote:
			_, exists := notes[one.Note]
			return !exists
		default:
			return one.Action == announce && one.ID != announcement
		}
	})
	s.unthread()
}
