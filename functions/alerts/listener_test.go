package alerts_test

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/notify"
	"signalbox/shared/store"
)

// listener is a poster that remembers what was delivered by it: which changes a
// message stands for is in the state, as it is saved before each message.
type listener struct {
	notify.Poster

	t     *testing.T
	store *mapStore
	named string // the receiver; "": as by default

	mu            sync.Mutex
	changes       []rule.Change   // delivered, in this order
	digests       int             // messages about changes
	messages      map[string]bool // by their ids
	announcements int
}

// Post delivers a message.
func (l *listener) Post(ctx context.Context, m notify.Message) error {
	changes := l.changesOf(m.ID)
	if err := l.Poster.Post(ctx, m); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changes = append(l.changes, changes...); len(changes) > 0 {
		l.digests++
		if l.messages == nil {
			l.messages = make(map[string]bool)
		}
		l.messages[m.ID] = true
	} else {
		l.announcements++
	}
	return nil
}

// changesOf are those that the message of that id is about.
func (l *listener) changesOf(id string) []rule.Change {
	var state struct {
		Sending []struct {
			ID      string   `json:"id"`
			Changes []string `json:"changes"`
		} `json:"sending"`
	}
	receivers := l.store.peek("receivers")
	at := slices.IndexFunc(receivers, func(r store.Record) bool { return r.Key == l.receiver() })
	if at < 0 || json.Unmarshal(receivers[at].Value, &state) != nil {
		l.t.Errorf("message %s was not saved before it was sent", id)
		return nil
	}
	for _, s := range state.Sending {
		if s.ID == id {
			return l.pick(s.Changes)
		}
	}
	l.t.Errorf("message %s was not saved before it was sent", id)
	return nil
}

// pick are the changes of these ids in the outbox.
func (l *listener) pick(ids []string) []rule.Change {
	var picked []rule.Change
	for _, r := range l.store.peek("outbox/" + l.receiver()) {
		var changes []rule.Change
		if err := json.Unmarshal(r.Value, &changes); err != nil {
			l.t.Errorf("the outbox has %s: %v", r.Value, err)
		}
		picked = append(picked, slices.DeleteFunc(changes, func(c rule.Change) bool { return !slices.Contains(ids, c.ID) })...)
	}
	if len(picked) != len(ids) {
		l.t.Errorf("%d of %d changes are in the outbox", len(picked), len(ids))
	}
	return picked
}

func (l *listener) receiver() string { return cmp.Or(l.named, alerts.SlackReceiver) }
