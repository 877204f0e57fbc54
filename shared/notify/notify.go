// Package notify delivers changes of incidents to receivers: it keeps an outbox
// for each, groups what is in it, keeps to the receiver's limits and remembers
// what was delivered. Receivers, and the messages of one, each fail alone.
//
// The caller puts the records of [Notifier.Enqueue] into the batch that saves
// what led to the changes, and calls [Notifier.Deliver] in each run, whether
// something changed or not. Delivery is at least once: what is about to be sent is
// saved first, and is sent again with the same ID where a crash or a lost answer
// leaves it open whether it arrived.
//
// It knows no card and no rate: a [Writer] words the messages.
package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/logging"
	"signalbox/shared/slack"
	"signalbox/shared/store"
)

// Writer words what one receiver gets to read. It is pure: the same arguments give
// the same message. What a bot keeps up to date is Slack's, all else goes to any
// receiver. Only the first line of a text, or the title, is sent where all else is
// refused.
type Writer[D any] interface {
	// Digest words changes in one message that stands for itself. id is the
	// message's, which dead letters and logs name: a message by webhook has no
	// other place for it than its words.
	Digest(id string, changes []incident.Change[D]) Message
	// Status is the status message of groups; open are their open incidents,
	// none: all clear, and elsewhere counts those of the same rules that other
	// messages show. fresh are those newly opened or worse that the message makes
	// known; its first line has their number.
	Status(groups []Group, open []incident.Incident[D], elsewhere int, fresh []incident.Change[D]) slack.Message
	// History words changes in the thread of a status message. Its first line
	// has their number, for it may be shown in the channel.
	History(changes []incident.Change[D]) slack.Message
	// List is the whole list as a file for what a message does not name: open of
	// a new status message, or else the changes of a history; the other is nil.
	// No content means that no file is wanted.
	List(open []incident.Incident[D], changes []incident.Change[D]) File
	// ListMissing says in a thread that the list could not be attached.
	ListMissing() slack.Message
	// Replaced is what a status message says once another message shows what it
	// showed: it is not kept up to date any more.
	Replaced() slack.Message
	// Note words the body of a [Note], for the thread of a status message.
	Note(body json.RawMessage) slack.Message
	// Announcement words the body given to [Notifier.Announce].
	Announcement(body json.RawMessage) Message
}

// File is a file that goes with a message.
type File struct {
	// Name is shown where it is stored, with the id before what follows its last
	// dot; Title is what readers see.
	Name, Title string
	Content     []byte
}

// Receiver is where notifications go: a Poster, which gets digests, or a Bot,
// which keeps status messages up to date.
type Receiver struct {
	// Name names the outbox and the state, so it must stay the same.
	Name   string
	Poster Poster
	Bot    Bot
	// Channel is the bot's, as configured. With another one everything open is
	// posted anew there.
	Channel string
	// Render lays a digest or an announcement out for the bot. Nil: as its words
	// alone.
	Render func(Message) slack.Message
}

// render is m as the bot takes it.
func (r Receiver) render(m Message) slack.Message {
	rendered := slack.Message{Text: m.Text()}
	if r.Render != nil {
		rendered = r.Render(m)
	}
	rendered.ID = m.ID
	return rendered
}

// Poster posts one message; an error means that it may not have arrived. It
// should be a [*delivery.Error]: any other counts as [delivery.KindUnavailable]. It must
// return when ctx ends.
type Poster interface {
	Post(ctx context.Context, m Message) error
}

// PosterFunc is a function that is a Poster, such as one that prints.
type PosterFunc func(ctx context.Context, m Message) error

// Post calls f.
func (f PosterFunc) Post(ctx context.Context, m Message) error { return f(ctx, m) }

// Bot posts messages, changes them, and finds them again, as *[slack.Bot] does.
type Bot interface {
	Post(ctx context.Context, m slack.Message) (slack.Ref, error)
	Update(ctx context.Context, ref slack.Ref, m slack.Message) (slack.Ref, error)
	Reply(ctx context.Context, ref slack.Ref, m slack.Message, broadcast bool) (slack.Ref, error)
	Upload(ctx context.Context, ref slack.Ref, filename, title string, content []byte) error
	Find(ctx context.Context, in slack.Ref, id string, since time.Time) (slack.Found, bool, error)
}

var _ Bot = (*slack.Bot)(nil)

// Config is what a Notifier needs. Store is required.
type Config[D any] struct {
	Store     store.Store
	Receivers []Receiver
	// Route reports whether a receiver is to be notified of an incident, and
	// shown it. Nil: each of everything.
	Route func(receiver string, i incident.Incident[D]) bool
	// Mention reports whether a message about an incident that is new and critical asks
	// for the attention of everybody there. Nil: none does.
	Mention func(receiver string, i incident.Incident[D]) bool
	// Fallback names who is notified of an incident in place of a receiver that could
	// not take it for 15 minutes. Nil: nobody is.
	Fallback func(receiver string, i incident.Incident[D]) []string
	// DeadLetters is the collection of the dead letters, where Store has others by the name
	// of ours. "": dead-letters.
	DeadLetters string
	// Announces reports whether a receiver gets announcements. Nil: each does.
	Announces func(receiver string) bool
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
	// Logger gets a record of each dead letter. Nil: none is kept.
	Logger *slog.Logger
}

// Notifier keeps the outboxes and delivers them. Make it with New. It is safe for
// concurrent use, but Deliver must run under a lease.
type Notifier[D any] struct {
	config Config[D]

	mu       sync.Mutex
	sequence int64 // of the newest record in an outbox, in nanoseconds
}

// New returns a Notifier, or an error that says which receivers are wrong.
func New[D any](c Config[D]) (*Notifier[D], error) {
	names := make(map[string]bool)
	var errs []error
	for _, r := range c.Receivers {
		switch {
		case r.Name == "", names[r.Name]:
			errs = append(errs, fmt.Errorf("receiver %q: needs a name of its own", r.Name))
		case (r.Poster == nil) == (r.Bot == nil):
			errs = append(errs, fmt.Errorf("receiver %q: needs a poster or a bot", r.Name))
		}
		names[r.Name] = true
	}
	if c.Route == nil {
		c.Route = func(string, incident.Incident[D]) bool { return true }
	}
	if c.Fallback == nil {
		c.Fallback = func(string, incident.Incident[D]) []string { return nil }
	}
	if c.Announces == nil {
		c.Announces = func(string) bool { return true }
	}
	if c.Mention == nil {
		c.Mention = func(string, incident.Incident[D]) bool { return false }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.DeadLetters = cmp.Or(c.DeadLetters, deadLetters)
	c.Logger = cmp.Or(c.Logger, logging.Discard())
	return &Notifier[D]{config: c}, errors.Join(errs...)
}
