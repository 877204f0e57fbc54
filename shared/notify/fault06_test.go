package notify_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/notify"
)

// TestFault06LostThread has somebody delete the status message.
func TestFault06LostThread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", critical, 1, 2)
		w.mustRun()
		m := w.server.Inbox()[0]
		w.server.DeleteMessage("alerts", m.TS)
		w.opens("usage", critical, 3)
		w.resolves("usage", 1)
		if r := w.run(time.Hour)[0]; r.Waiting != 0 {
			t.Errorf("Deliver = %+v, want all delivered", r)
		}
		checkShown(t, w, "# usage/critical: 2 open, 1 new", "> changes: 1 resolved")
	})
}

// TestFault06RepliesLost loses every reply, for ever: it is no endless loop.
func TestFault06RepliesLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", warning, 1, 2)
		w.mustRun()
		w.fault(func(method, _ string) error {
			if method == "reply" || method == "update" {
				return kind(delivery.KindLost)
			}
			return nil
		})
		w.resolves("usage", 1)
		if r := w.run(time.Hour)[0]; r.Waiting != 0 {
			t.Errorf("Deliver = %+v, want all delivered", r)
		}
		checkShown(t, w, "# usage/warning: 2 open, 2 new", "# usage/warning: 1 open", "# digest: 1 resolved")
	})
}

// TestFault06ChangedChannel configures another channel while incidents are open,
// and a message to the old one may have arrived.
func TestFault06ChangedChannel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", critical, 1, 2)
		w.mustRun()
		w.server.Refuse(refusal("chat.postMessage", 0, "", func(r *refused) { r.Applied, r.Count = true, -1 }))
		w.opens("expiry", critical, 3)
		w.run(time.Hour)
		w.server.ClearRefusals()
		w.receivers = []notify.Receiver{w.bot("other")}
		w.resolves("usage", 2)
		w.mustRun()
		checkShown(t, w, replaced, "# expiry/critical: 1 open, 1 new",
			"other # expiry/critical: 1 open, 1 new", "other # usage/critical: 1 open", "other > changes: 1 resolved")
	})
}

// TestFault06Archived archives the channel, and opens it again.
func TestFault06Archived(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", critical, 1)
		w.mustRun()
		w.server.Archive("alerts")
		w.opens("usage", critical, 2)
		for range 5 {
			if r := w.run(time.Hour)[0]; r.Waiting != 1 || !strings.Contains(r.Why, "is_archived") || r.DeadLettered != 0 {
				t.Errorf("Deliver = %+v, want one waiting for the channel", r)
			}
		}
		w.receivers = []notify.Receiver{w.bot("other")}
		w.mustRun()
		checkShown(t, w, "# usage/critical: 1 open, 1 new", "other # usage/critical: 2 open, 1 new")
	})
}
