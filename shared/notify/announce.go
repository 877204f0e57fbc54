package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"signalbox/shared/store"
)

const (
	announcements = "announcements"
	newest        = "newest"
	// maxAnnounced is how old an announcement is still made.
	maxAnnounced = 24 * time.Hour
)

// announcement is a message to every receiver that is not about a change.
type announcement struct {
	ID   string          `json:"id"`
	At   time.Time       `json:"at"`
	Body json.RawMessage `json:"body"`
}

// Announce returns the record that makes the next runs announce something, such as
// the summary of a day, to every receiver: once for each id however often it is
// written. It is tried until there is a newer id, or for 24 hours. The Writer words
// the body, which is JSON.
func (n *Notifier[D]) Announce(id string, body json.RawMessage) (store.Record, error) {
	raw, err := json.Marshal(announcement{id, n.config.Now(), body})
	if err != nil {
		return store.Record{}, fmt.Errorf("encode announcement %q: %w", id, err)
	}
	return store.Record{Collection: announcements, Key: newest, Value: raw}, nil
}

// loadAnnouncement reads the one that is due; the zero announcement is none.
func (d *round[D]) loadAnnouncement(ctx context.Context) error {
	raw, err := d.Store.Get(ctx, announcements, newest)
	if err != nil {
		return fmt.Errorf("get the announcement: %w", err)
	}
	var a announcement
	if raw != nil {
		if err := json.Unmarshal(raw, &a); err != nil {
			d.note(fmt.Sprintf("the announcement cannot be decoded: %v", err))
			return nil
		}
	}
	if a.ID != "" && d.began.Sub(a.At).Abs() < maxAnnounced {
		d.announcement = a
	}
	return nil
}

// planAnnouncement plans the announcement that is due, if any.
func (d *round[D]) planAnnouncement() *sending {
	id := d.announcement.ID
	if id == "" || id == d.state.Announced || !d.Announces(d.receiver.Name) {
		return nil
	}
	for _, s := range d.state.Sending {
		if s.Action == announce {
			return nil
		}
	}
	return &sending{ID: id, Action: announce, Since: d.Now()}
}
