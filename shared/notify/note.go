package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"signalbox/shared/slack"
	"signalbox/shared/store"
)

// Note is something to be said once in the thread of a status message, such as what
// somebody did about its incidents.
type Note struct {
	ID string `json:"id"`
	// Thread is the status message below which it is said. Zero, or where that is not
	// kept up to date any more: that of the first of Groups that has one.
	Thread slack.Ref       `json:"thread,omitzero"`
	Groups []Group         `json:"groups"`
	Body   json.RawMessage `json:"body"` // which the Writer words
}

func notesOf(receiver string) string { return "notes/" + receiver }

// Note returns the record that has a receiver's bot say a note, to be written with what it
// is about, once. One that shows nothing of its groups does not say it.
func (n *Notifier[D]) Note(receiver string, note Note) (store.Record, error) {
	raw, err := json.Marshal(note)
	if err != nil {
		return store.Record{}, fmt.Errorf("encode note %q: %w", note.ID, err)
	}
	key := fmt.Sprintf("%020d-%s", n.next(), note.ID)
	return store.Record{Collection: notesOf(receiver), Key: key, Value: raw}, nil
}

// maxNoteAge is how old a note is still said: later it says nothing new.
const maxNoteAge = 24 * time.Hour

// loadNotes reads the notes of a bot. One that cannot be decoded, or is old, is dropped.
func (d *round[D]) loadNotes(ctx context.Context) error {
	d.notes = make(map[string]Note)
	if d.receiver.Bot == nil {
		return nil
	}
	records, err := d.Store.List(ctx, notesOf(d.receiver.Name))
	if err != nil {
		return fmt.Errorf("list the notes: %w", err)
	}
	for _, r := range records {
		var note Note
		age := d.began.Sub(time.Unix(0, sequenceOf(r.Key))).Abs()
		if json.Unmarshal(r.Value, &note) != nil || age > maxNoteAge {
			d.dropNote(r.Key)
			continue
		}
		d.notes[r.Key] = note
	}
	return nil
}

// planNote plans the oldest note that is not said yet. One that has no thread is dropped
// once all status messages are made.
func (d *round[D]) planNote() *sending {
	for _, key := range slices.Sorted(maps.Keys(d.notes)) { // a key begins with the time
		note := d.notes[key]
		said := slices.ContainsFunc(d.state.Sending, func(one *sending) bool { return one.Action == sayNote && one.Note == key })
		t := d.threadFor(note)
		switch {
		case said:
		case t == nil && d.redraw:
		case t == nil:
			d.dropNote(key)
		default:
			id := fingerprint("note", note.ID, d.receiver.Name)
			return &sending{ID: id, Action: sayNote, Thread: t.Ref, Note: key, Since: d.Now()}
		}
	}
	return nil
}

func (d *round[D]) threadFor(note Note) *thread {
	if t := d.state.threadAt(note.Thread); t != nil && note.Thread != (slack.Ref{}) {
		return t
	}
	for _, g := range note.Groups {
		if t := d.state.threadOf(g); t != nil && t.Ref != (slack.Ref{}) {
			return t
		}
	}
	return nil
}

// dropNote forgets a note with the next batch.
func (d *round[D]) dropNote(key string) {
	delete(d.notes, key)
	d.extra = append(d.extra, store.Record{Collection: notesOf(d.receiver.Name), Key: key})
}

// giveUpNote drops a note that Slack does not take: what it is about is kept elsewhere.
func (d *round[D]) giveUpNote(ctx context.Context, s *sending) {
	d.dropNote(s.Note)
	d.Logger.LogAttrs(ctx, slog.LevelWarn, "a note could not be said in its thread",
		slog.String("receiver", d.receiver.Name), slog.String("note", s.ID))
}
