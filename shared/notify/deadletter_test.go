package notify_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/notify"
	"signalbox/shared/store"
)

// TestBadRecords has records that cannot be decoded: what can be goes on.
func TestBadRecords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.put(
			store.Record{Collection: "outbox/bot", Key: "00000000000000000001-x", Value: []byte(`[{"id":`)},
			store.Record{Collection: "receivers", Key: "bot", Value: []byte(`{`)},
			store.Record{Collection: "announcements", Key: "newest", Value: []byte(`?`)},
		)
		w.opens("usage", critical, 1)
		if r := w.run(time.Hour)[0]; r.Waiting != 0 || r.DeadLettered != 1 || r.Why == "" {
			t.Errorf("Deliver = %+v, want one dead letter and all else delivered", r)
		}
		checkShown(t, w, "# usage/critical: 1 open, 1 new")
	})
}

// TestDeadLettersAreBounded keeps the newest.
func TestDeadLettersAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		for n := range 1005 {
			w.put(store.Record{Collection: "outbox/bot", Key: fmt.Sprintf("%020d-x", n), Value: []byte(`?`)})
		}
		w.run(time.Hour)
		w.put(store.Record{Collection: "outbox/bot", Key: "00000000000000009999-last", Value: []byte(`?`)})
		w.run(time.Hour)
		letters, err := w.notifier().DeadLetters(t.Context())
		if err != nil || len(letters) != 1000 || letters[len(letters)-1].ID != "00000000000000009999-last" {
			t.Errorf("%d dead letters, %v, want 1,000, the last among them", len(letters), err)
		}
	})
}

// TestOneID finds the id that a message shows in its dead letter and its metadata.
func TestOneID(t *testing.T) {
	t.Parallel()
	shownID := func(text string) string {
		_, id, _ := strings.Cut(text, "\nid ")
		return id
	}
	synctest.Test(t, func(t *testing.T) {
		var sent []string
		w := newWorld(t, notify.Receiver{Name: "poster", Poster: notify.PosterFunc(
			func(_ context.Context, m notify.Message) error {
				sent = append(sent, m.Text())
				return kind(delivery.KindUnknown)
			})})
		w.opens("usage", critical, 1)
		for range 5 {
			w.run(time.Hour)
		}
		letters, err := w.notifier().DeadLetters(t.Context())
		if err != nil || len(letters) != 1 || letters[0].ID != shownID(sent[0]) {
			t.Errorf("dead letters = %+v, %v, want one of %q", letters, err, sent[0])
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", warning, 1, 2)
		w.mustRun()
		w.fault(func(method, _ string) error {
			if method == "reply" {
				return kind(delivery.KindUnknown)
			}
			return nil
		})
		w.resolves("usage", 1)
		w.run(time.Hour)
		inbox := w.server.Inbox()
		if m := inbox[len(inbox)-1]; m.MetadataID() == "" || m.MetadataID() != shownID(m.Text) {
			t.Errorf("metadata has %q, want that of %q", m.MetadataID(), m.Text)
		}
	})
}
