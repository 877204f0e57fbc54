package notify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestFault10LostAnswer loses the answer of each method, before or after Slack
// has done what was asked.
func TestFault10LostAnswer(t *testing.T) {
	t.Parallel()
	for _, applied := range []bool{false, true} {
		for _, skip := range []int{0, 1, 2} {
			t.Run(fmt.Sprint("bot ", applied, skip), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newBotWorld(t)
					w.opens("usage", critical, 1)
					w.mustRun()
					w.server.Refuse(refusal("chat.postMessage", 0, "", func(r *refused) { r.Applied, r.Skip = applied, skip }))
					w.opens("usage", critical, 2)
					w.opens("expiry", critical, 3)
					w.opens("expiry", warning, 4)
					if r := w.run(time.Hour)[0]; r.Waiting != 1 {
						t.Errorf("Deliver = %+v, want one waiting", r)
					}
					time.Sleep(time.Hour)
					w.mustRun()
					got := w.shown()
					slices.Sort(got)
					want := []string{
						"# expiry/critical: 1 open, 1 new, 1 elsewhere", "# expiry/warning: 1 open, 1 new, 1 elsewhere",
						"# usage/critical: 2 open (updated 1 times)", "#> changes: 1 opened",
					}
					for i, line := range got {
						if strings.HasPrefix(line, "# expiry/critical: 1 open, 1 elsewhere (updated") { // adopted
							got[i] = want[0]
						}
						if strings.HasPrefix(line, "# expiry/warning: 1 open, 1 elsewhere (updated") {
							got[i] = want[1]
						}
					}
					slices.Sort(got)
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("shown (-want +got):\n%s", diff)
					}
				})
			})
		}
		t.Run(fmt.Sprint("webhook ", applied), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWebhookWorld(t)
				w.server.Refuse(refusal("webhook", 0, "", func(r *refused) { r.Applied = applied }))
				w.opens("usage", critical, 1)
				if r := w.run(time.Hour)[0]; r.Waiting != 1 {
					t.Errorf("Deliver = %+v, want it to wait for the next run", r)
				}
				w.resolves("usage", 1) // not mixed with what may have been seen
				w.mustRun()
				want := []string{"# digest: 1 opened", "# digest: 1 resolved"}
				if applied {
					want = append(want[:1:1], want...)
				}
				checkShown(t, w, want...)
			})
		})
	}
}

// TestFault10ReplyIsNoStatusMessage loses the answer to a reply that the channel shows
// as well, then the thread, then a new status message of the same changes: the reply,
// which has its ID, is not taken for it.
func TestFault10ReplyIsNoStatusMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", critical, 1)
		w.mustRun()
		w.server.Refuse(refusal("chat.postMessage", 0, "", func(r *refused) { r.Applied = true }))
		w.opens("usage", critical, 2)
		w.run(time.Hour)
		w.server.DeleteMessage("alerts", w.server.Inbox()[0].TS)
		w.server.Refuse(refusal("chat.postMessage", 0, "", func(r *refused) { r.Skip = 1 }))
		w.run(time.Hour)
		w.mustRun()
		checkShown(t, w, "#> changes: 1 opened", "# usage/critical: 2 open, 1 new")
	})
}

// TestFault10CannotLook has no scope to look for a message: it is sent again.
func TestFault10CannotLook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.server.Refuse(refusal("chat.postMessage", 0, "", func(r *refused) { r.Applied = true }))
		w.server.Refuse(refusal("conversations.history", 200, "missing_scope", forEver))
		w.opens("usage", critical, 1)
		w.run(time.Hour)
		if r := w.run(time.Hour)[0]; r.Waiting != 0 {
			t.Errorf("Deliver = %+v, want it sent again", r)
		}
		inbox := w.server.Inbox()
		if len(inbox) != 2 || string(inbox[0].Metadata) != string(inbox[1].Metadata) {
			t.Errorf("inbox = %+v, want two messages with the same ID", inbox)
		}
	})
}

// TestFault10LookFails cannot look for some runs: the message waits.
func TestFault10LookFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("expiry", warning, 9)
		w.mustRun()
		w.server.Refuse(refusal("chat.postMessage", 0, "", func(r *refused) { r.Applied = true }))
		w.server.Refuse(refusal("conversations.history", 503, "", func(r *refused) { r.For = 30 * time.Minute }))
		w.opens("usage", critical, 1)
		w.run(5 * time.Minute)
		w.opens("expiry", warning, 10)
		if r := w.run(5 * time.Minute)[0]; r.Waiting != 1 {
			t.Errorf("Deliver = %+v, want the other delivered", r)
		}
		time.Sleep(time.Hour)
		w.mustRun()
		checkShown(t, w, "# expiry/warning: 2 open (updated 1 times)", "# usage/critical: 1 open (updated 1 times)", "> changes: 1 opened")
	})
}
