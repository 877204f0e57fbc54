// Package channel tells people what is new, and keeps in mind what it has told:
// a [Webhook] posts a digest, a [Bot] keeps one living message for each group of
// incidents.
//
// A channel does one thing at a time and says what became of it, so that its
// caller can save that before the next: what is told twice after a crash is one
// message.
package channel

import (
	"context"
	"errors"

	"signalbox/functions/alerts/message"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
)

// News is what there is to tell.
type News struct {
	Notices  []incident.Notice   // not yet delivered, the oldest first
	Open     []incident.Incident // all that are open, in any order
	Coverage message.Coverage
}

// Memory is what a channel must remember, as JSON. It grows with the number of
// groups, not of cards. The zero value remembers nothing.
type Memory struct {
	Threads []Thread `json:"threads,omitempty"`
	// Loud counts the messages that the channel itself has shown for the news
	// that is being told.
	Loud int `json:"loud,omitempty"`
}

// Told is what one call of Tell has done. Memory must be saved before the next
// call, and the delivered notices left out of it.
type Told struct {
	Memory    Memory
	Delivered []string // ids of notices
	More      bool     // there is more to tell: call again
}

// Channel tells people.
type Channel interface {
	// Tell makes at most one message, update or file of the news. An error means
	// that something was not told: see [slack.Kind]. What Told says holds even
	// then, and where it says More, the rest can still be told.
	Tell(ctx context.Context, n News, past Memory) (Told, error)
	// Announce posts a message that stands for itself.
	Announce(ctx context.Context, m slack.Message) error
}

var (
	_ Channel = (*Webhook)(nil)
	_ Channel = (*Bot)(nil)
)

// TellAll tells until nothing is left, ctx ends, or an error leaves no more to
// try. It hands each Told to save before the next call; an error of save ends
// it.
func TellAll(ctx context.Context, c Channel, n News, past Memory, save func(Told) error) error {
	var errs []error
	for {
		told, err := c.Tell(ctx, n, past)
		errs = append(errs, err)
		if err := save(told); err != nil {
			return errors.Join(append(errs, err)...)
		}
		if !told.More || ctx.Err() != nil {
			return errors.Join(errs...)
		}
		n.Notices, past = undelivered(n.Notices, told.Delivered), told.Memory
	}
}

// undelivered returns the notices whose ids are not among delivered.
func undelivered(notices []incident.Notice, delivered []string) []incident.Notice {
	done := make(map[string]bool, len(delivered))
	for _, id := range delivered {
		done[id] = true
	}
	var left []incident.Notice
	for _, n := range notices {
		if !done[n.ID] {
			left = append(left, n)
		}
	}
	return left
}

func idsOf(notices []incident.Notice) []string {
	ids := make([]string, len(notices))
	for i, n := range notices {
		ids[i] = n.ID
	}
	return ids
}
