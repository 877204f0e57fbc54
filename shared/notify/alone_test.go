package notify_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/store"
)

// TestReceiversFailAlone has one receiver fail, hang or panic.
func TestReceiversFailAlone(t *testing.T) {
	t.Parallel()
	for name, poster := range map[string]notify.PosterFunc{
		"fails":  func(context.Context, slack.Message) error { return kind(slack.KindConfig) },
		"panics": func(context.Context, slack.Message) error { panic("no idea") },
		"hangs": func(ctx context.Context, _ slack.Message) error {
			<-ctx.Done()
			return ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newBotWorld(t)
				w.receivers = append([]notify.Receiver{{Name: "bad", Poster: poster}}, w.receivers...)
				for n := range 3 {
					w.opens("usage", critical, n)
					r := w.run(time.Minute)
					if r[0].Waiting == 0 || r[0].Why == "" || r[1].Waiting != 0 || r[1].Why != "" {
						t.Errorf("Deliver = %+v, want the second to have all", r)
					}
				}
			})
		})
	}
}

// TestLostLease takes the lease over before every write: nothing is sent or
// written from then on.
func TestLostLease(t *testing.T) {
	t.Parallel()
	for lost := range 12 {
		synctest.Test(t, func(t *testing.T) {
			w := newBotWorld(t)
			w.receivers = append(w.receivers, w.webhook())
			w.fence = store.Record{Collection: "leases", Key: "sweep", Value: []byte("me")}
			w.put(w.fence)
			w.opens("usage", critical, upTo(30)...)
			w.opens("expiry", warning, 1)
			w.enqueue()
			calls, inbox, applied := 0, 0, w.store.applied
			w.store.before = func(operation string) error {
				if operation != "apply" {
					return nil
				}
				if calls++; calls == lost+1 {
					w.store.mu.Lock()
					w.store.records["leases"]["sweep"] = "another"
					w.store.mu.Unlock()
					inbox, applied = len(w.server.Inbox()), w.store.applied
				}
				return nil
			}
			w.run(time.Hour)
			if calls <= lost {
				return // all was delivered before
			}
			if w.store.applied != applied {
				t.Errorf("lost before write %d: %d more writes, want none", lost, w.store.applied-applied)
			}
			// What was staged by the other receiver before may be on its way.
			if more := len(w.server.Inbox()) - inbox; more > 1 {
				t.Errorf("lost before write %d: %d more messages, want none", lost, more)
			}
		})
	}
}
