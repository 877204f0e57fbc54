package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"signalbox/shared/store"
)

const (
	deadLetters = "dead-letters"
	// maxDeadLetters is how many are kept, the newest, and maxLetterIDs how many
	// changes one of them names.
	maxDeadLetters = 1000
	maxLetterIDs   = 100
)

// DeadLetter is a notification that was given up.
type DeadLetter struct {
	ID       string    `json:"id"` // of the message, or of the record that could not be decoded
	Receiver string    `json:"receiver"`
	At       time.Time `json:"at"`
	Reason   string    `json:"reason"`
	Title    string    `json:"title,omitempty"`   // first line of the message; "": it was not sent in that run
	Count    int       `json:"count,omitempty"`   // of the changes that it was about
	Changes  []string  `json:"changes,omitempty"` // ids of the first 100 of them
}

// DeadLetters returns the newest dead letters of all receivers, the oldest first.
func (n *Notifier[D]) DeadLetters(ctx context.Context) ([]DeadLetter, error) {
	records, err := n.config.Store.List(ctx, n.config.DeadLetters)
	if err != nil {
		return nil, fmt.Errorf("list the dead letters: %w", err)
	}
	letters := make([]DeadLetter, len(records))
	for i, r := range records {
		if err := json.Unmarshal(r.Value, &letters[i]); err != nil {
			return nil, fmt.Errorf("decode dead letter %q: %w", r.Key, err)
		}
	}
	return letters, nil
}

// letterOf returns the dead letter of s.
func (d *round[D]) letterOf(s *sending) DeadLetter {
	reason := "it was never confirmed"
	if s.cause != nil {
		reason = s.cause.Error()
	}
	return DeadLetter{
		ID: s.ID, Reason: reason, Title: s.title,
		Count: len(s.Changes), Changes: s.Changes[:min(len(s.Changes), maxLetterIDs)],
	}
}

// bury stores a dead letter with the next batch.
func (d *round[D]) bury(ctx context.Context, l DeadLetter) {
	l.Receiver, l.At = d.receiver.Name, d.Now()
	d.dead++
	d.note("dead letter: " + l.Reason)
	d.Logger.LogAttrs(ctx, slog.LevelError, "notification became a dead letter",
		slog.String("receiver", l.Receiver), slog.String("id", l.ID), slog.Int("changes", l.Count), slog.String("reason", l.Reason))
	raw, err := json.Marshal(l)
	if err != nil {
		return // strings and numbers always encode
	}
	key := fmt.Sprintf("%020d-%s", l.At.UnixNano(), l.ID)
	d.letters = append(d.letters, store.Record{Collection: d.DeadLetters, Key: key, Value: raw})
}

// lettersToStore returns the new dead letters, and the deletion of the oldest that
// they leave no room for.
func (d *round[D]) lettersToStore(ctx context.Context) []store.Record {
	if len(d.letters) == 0 {
		return nil
	}
	kept, err := d.Store.List(ctx, d.DeadLetters)
	if err != nil {
		return d.letters // the next one makes room
	}
	records := slices.Clone(d.letters)
	for _, oldest := range kept[:min(len(kept), max(0, len(kept)+len(d.letters)-maxDeadLetters))] {
		records = append(records, store.Record{Collection: d.DeadLetters, Key: oldest.Key})
	}
	return records
}
