package notify_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/slack/slacktest"
)

// TestFault05RefusedFile has Slack refuse the list in every way.
func TestFault05RefusedFile(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]refused{
		"no scope":         refusal("files.getUploadURLExternal", 200, "missing_scope", forEver),
		"unknown word":     refusal("files.getUploadURLExternal", 200, "zoning_violation", forEver),
		"bytes refused":    refusal("upload", 403, "", forEver),
		"thread not found": refusal("files.completeUploadExternal", 200, "thread_not_found", forEver),
		"unavailable":      refusal("files.completeUploadExternal", 503, "", forEver),
		"answer lost":      refusal("files.completeUploadExternal", 0, "", forEver),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newBotWorld(t)
				w.server.Refuse(r)
				w.opens("usage", critical, upTo(30)...)
				if r := w.run(time.Hour)[0]; r.Waiting != 0 || r.Why == "" || r.DeadLettered != 0 {
					t.Errorf("Deliver = %+v, want all delivered, and why the file was not", r)
				}
				w.resolves("usage", upTo(30)...)
				w.run(time.Hour)
				checkShown(t, w, "# usage/critical: all clear (updated 1 times)",
					"> the list could not be attached", "> the list could not be attached", "> changes: 30 resolved")
				applied := w.store.applied
				w.mustRun()
				if w.store.applied != applied {
					t.Error("the next run writes, want nothing left to do")
				}
			})
		})
	}
}

// TestFault05OneMessage has one message fail for ever, and others go on.
func TestFault05OneMessage(t *testing.T) {
	t.Parallel()
	uncertain := func() error {
		return &delivery.Error{Kind: delivery.KindUnavailable, Reason: "no answer", Uncertain: true}
	}
	tests := []struct {
		name, method string
		err          func() error
		runs         int // until it is given up
	}{
		{"post rejected", "post", func() error { return kind(delivery.KindRejected) }, 3},
		{"post unknown", "post", func() error { return kind(delivery.KindUnknown) }, 3},
		{"post unavailable", "post", func() error { return kind(delivery.KindUnavailable) }, 6},
		{"post uncertain", "post", uncertain, 3},
		{"post lost", "post", func() error { return kind(delivery.KindLost) }, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newBotWorld(t)
				calls := 0
				w.fault(func(method, text string) error {
					if method == tt.method && strings.Contains(text, "poison") {
						calls++
						return tt.err()
					}
					return nil
				})
				w.opens("poison", critical, 1)
				dead := 0
				for n := range 8 {
					w.opens("usage", warning, n)
					r := w.run(time.Hour)[0]
					dead += r.DeadLettered
					if want := n+1 < tt.runs; (r.Waiting > 0) != want {
						t.Errorf("run %d: Deliver = %+v, want waiting %v", n, r, want)
					}
					time.Sleep(5 * time.Minute)
				}
				after := calls
				w.mustRun()
				letters, err := w.notifier().DeadLetters(t.Context())
				if dead != 1 || err != nil || len(letters) != 1 || letters[0].Count != 1 || letters[0].Reason == "" || calls != after {
					t.Errorf("%d dead letters: %+v, %v, then %d more calls, want one and none", dead, letters, err, calls-after)
				}
				if got := w.shown()[0]; got != "# usage/warning: 8 open (updated 7 times)" {
					t.Errorf("shown[0] = %q, want the other group's message kept up to date", got)
				}

				// The next incident of the group is another message.
				w.fault(func(string, string) error { return nil })
				w.opens("poison", critical, 2)
				w.mustRun()
				if got, want := w.shown(), "# poison/critical: 2 open, 1 new"; !slices.Contains(got, want) {
					t.Errorf("shown = %q, want %q", got, want)
				}
			})
		})
	}
}

// TestFault05SimplestForm has Slack take only one line of a message.
func TestFault05SimplestForm(t *testing.T) {
	t.Parallel()
	for _, k := range []delivery.Kind{delivery.KindRejected, delivery.KindUnknown} {
		synctest.Test(t, func(t *testing.T) {
			w := newBotWorld(t)
			w.fault(func(_, text string) error {
				if strings.Contains(text, "\n") {
					return kind(k)
				}
				return nil
			})
			w.opens("usage", critical, 1)
			w.run(time.Hour)
			w.opens("usage", critical, 2)
			if r := w.run(time.Hour)[0]; r.Waiting != 0 || r.DeadLettered != 0 || r.Why == "" {
				t.Errorf("Deliver = %+v, want all delivered, and why not as a whole", r)
			}
			checkShown(t, w, "# usage/critical: 2 open (updated 1 times)", "#> changes: 1 opened")
		})
	}
}

// TestFault05ReplyBecomesMessage has a thread that takes no replies.
func TestFault05ReplyBecomesMessage(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"restricted_action_thread_locked", "a_word_nobody_knows", "msg_too_long"} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newBotWorld(t)
				w.opens("usage", warning, 1, 2)
				w.mustRun()
				w.fault(func(method, _ string) error {
					if method == "reply" {
						return &delivery.Error{Kind: delivery.KindUnknown, Reason: word}
					}
					return nil
				})
				w.resolves("usage", 1)
				if r := w.run(time.Hour)[0]; r.Waiting != 0 || !strings.Contains(r.Why, word) {
					t.Errorf("Deliver = %+v, want all delivered, and why not as a reply", r)
				}
				checkShown(t, w, "# usage/warning: 1 open (updated 1 times)", "# digest: 1 resolved")
			})
		})
	}
}

// TestFault05UpdateRefused has a status message that cannot be changed: it is
// posted anew after some runs.
func TestFault05UpdateRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", warning, 1)
		w.mustRun()
		w.server.Refuse(refusal("chat.update", 200, "a_word_nobody_knows", forEver))
		w.opens("usage", warning, 2)
		for range 3 {
			if r := w.run(time.Hour)[0]; r.Waiting != 0 {
				t.Errorf("Deliver = %+v, want the history to go on", r)
			}
		}
		checkShown(t, w, "# usage/warning: 1 open, 1 new", "> changes: 1 opened", "# usage/warning: 2 open")
	})
}

// TestFault05Words has the fake answer every word that Slack may have for a
// method, to one call each: nothing is lost, and nothing stays behind.
func TestFault05Words(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"chat.postMessage", "chat.update"} {
		words := append(slacktest.ErrorWords(method), "a_word_nobody_knows")
		for _, word := range words {
			t.Run(method+" "+word, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newBotWorld(t)
					w.opens("usage", critical, 1)
					w.mustRun()
					w.server.Refuse(refusal(method, 200, word))
					w.opens("usage", critical, 2)
					w.opens("expiry", critical, 3)
					w.run(time.Hour)
					time.Sleep(time.Hour)
					if r := w.run(time.Hour)[0]; r.Waiting != 0 || r.DeadLettered != 0 || r.Why != "" {
						t.Errorf("Deliver = %+v, want all delivered", r)
					}
					checkSubjects(t, w, "card-001", "card-002", "card-003")
				})
			})
		}
	}
}

// checkSubjects wants each to be somewhere in what is shown.
func checkSubjects(t *testing.T, w *world, subjects ...string) {
	t.Helper()
	var all strings.Builder
	for _, m := range w.server.Inbox() {
		all.WriteString(m.Text + "\n")
	}
	for _, s := range subjects {
		if !strings.Contains(all.String(), s) {
			t.Errorf("%s is shown nowhere in\n%s", s, all.String())
		}
	}
}

// TestFault05UnseenIsShownLater has a status message that became a dead letter made
// again once Slack takes it, although nothing else changes.
func TestFault05UnseenIsShownLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.fault(func(string, string) error { return kind(delivery.KindUnknown) })
		w.opens("usage", critical, 1)
		for range 8 {
			w.run(time.Hour)
			time.Sleep(10 * time.Minute)
		}
		w.fault(func(string, string) error { return nil })
		time.Sleep(time.Hour)
		w.mustRun()
		checkShown(t, w, "# usage/critical: 1 open")
	})
}
