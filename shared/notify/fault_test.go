package notify_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
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
			inBubble(t, func(t *testing.T) {
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
		return &slack.Error{Kind: slack.KindUnavailable, Reason: "no answer", Uncertain: true}
	}
	tests := []struct {
		name, method string
		err          func() error
		runs         int // until it is given up
	}{
		{"post rejected", "post", func() error { return kind(slack.KindRejected) }, 3},
		{"post unknown", "post", func() error { return kind(slack.KindUnknown) }, 3},
		{"post unavailable", "post", func() error { return kind(slack.KindUnavailable) }, 6},
		{"post uncertain", "post", uncertain, 3},
		{"post lost", "post", func() error { return kind(slack.KindLost) }, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
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
					time.Sleep(10 * time.Minute)
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
	for _, k := range []slack.Kind{slack.KindRejected, slack.KindUnknown} {
		inBubble(t, func(t *testing.T) {
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
			inBubble(t, func(t *testing.T) {
				w := newBotWorld(t)
				w.opens("usage", warning, 1, 2)
				w.mustRun()
				w.fault(func(method, _ string) error {
					if method == "reply" {
						return &slack.Error{Kind: slack.KindUnknown, Reason: word}
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
	inBubble(t, func(t *testing.T) {
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
				inBubble(t, func(t *testing.T) {
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

// TestFault06LostThread has somebody delete the status message.
func TestFault06LostThread(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
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
	inBubble(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", warning, 1, 2)
		w.mustRun()
		w.fault(func(method, _ string) error {
			if method == "reply" || method == "update" {
				return kind(slack.KindLost)
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
	inBubble(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", critical, 1, 2)
		w.mustRun()
		w.server.Refuse(refusal("chat.postMessage", 0, "", func(r *refused) { r.Applied, r.Count = true, -1 }))
		w.opens("expiry", critical, 3)
		w.run(time.Hour)
		w.server.ClearRefusals()
		w.receivers = []notify.Receiver{w.bot("bot", "other")}
		w.resolves("usage", 2)
		w.mustRun()
		checkShown(t, w, "# usage/critical: 2 open, 2 new", "# expiry/critical: 1 open, 1 new",
			"other # expiry/critical: 1 open, 1 new", "other # usage/critical: 1 open", "other > changes: 1 resolved")
	})
}

// TestFault06Archived archives the channel, and opens it again.
func TestFault06Archived(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
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
		w.receivers = []notify.Receiver{w.bot("bot", "other")}
		w.mustRun()
		checkShown(t, w, "# usage/critical: 1 open, 1 new", "other # usage/critical: 2 open, 1 new")
	})
}

// TestFault07DownForDays has a receiver down for three days while incidents open
// and are resolved.
func TestFault07DownForDays(t *testing.T) {
	t.Parallel()
	for name, newWorld := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				w := newWorld(t)
				w.opens("usage", critical, 1, 2)
				w.mustRun()
				before := len(w.shown())
				began := time.Now()
				w.server.Refuse(refusal("", 0, "", func(r *refused) { r.Unreachable, r.Count = true, -1 }))
				for range 72 {
					w.opens("expiry", warning, 10, 11, 12)
					w.worsens("usage", critical, 1)
					w.enqueue()
					w.resolves("expiry", 10, 11, 12)
					r := w.run(10 * time.Minute)[0]
					if r.Waiting != 1 || r.DeadLettered != 0 || r.Why == "" || r.Oldest.Sub(began).Abs() > time.Minute {
						t.Fatalf("Deliver = %+v, want one waiting since %v", r, began)
					}
					time.Sleep(time.Hour)
				}
				w.resolves("usage", 2)
				w.opens("usage", critical, 3)
				w.worsens("usage", critical, 3)
				w.run(10 * time.Minute)
				w.server.ClearRefusals()
				if got := len(w.waiting(w.receivers[0].Name)); got != 3 {
					t.Errorf("%d changes wait, want 3: %q", got, w.waiting(w.receivers[0].Name))
				}
				w.mustRun()
				if got := len(w.shown()) - before; got > 2 {
					t.Errorf("shown = %q, want at most two more", w.shown())
				}
				checkSubjects(t, w, "card-001", "card-002", "card-003")
			})
		})
	}
}

// TestFault07Hanging has a receiver that answers nothing for three days, so that
// each message to it may have arrived.
func TestFault07Hanging(t *testing.T) {
	t.Parallel()
	for name, newWorld := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				w := newWorld(t)
				w.opens("usage", critical, 1, 2)
				w.opens("expiry", warning, 9)
				w.mustRun()
				w.server.Refuse(refusal("", 0, "", func(r *refused) { r.Hang, r.Count = true, -1 }))
				for n := range 72 {
					w.opens("expiry", warning, 10+n)
					w.resolves("expiry", 9+n)
					w.change(key("usage", 1), incident.Reminded, critical)
					r := w.run(10 * time.Minute)[0]
					if r.Waiting > 20 || r.DeadLettered != 0 || r.Why == "" {
						t.Fatalf("run %d: Deliver = %+v, want few waiting", n, r)
					}
					time.Sleep(50 * time.Minute)
				}
				w.server.ClearRefusals()
				w.run(time.Hour)
				w.mustRun()
				checkSubjects(t, w, "card-001", "card-081")
				if got := len(w.shown()); got > 12 {
					t.Errorf("%d messages, want few: %q", got, w.shown())
				}
			})
		})
	}
}

// TestFault07Compaction shows what is left of changes that could not be delivered.
func TestFault07Compaction(t *testing.T) {
	t.Parallel()
	one, two := []int{1}, 2
	tests := []struct {
		name  string
		story func(w *world)
		want  []string
	}{
		{"opened and resolved", func(w *world) { w.opens("a", warning, two); w.resolves("a", two) }, nil},
		{"opened and worsened", func(w *world) { w.opens("a", warning, two); w.worsens("a", critical, two) }, []string{"opened card-002 state 3"}},
		{"opened again and again", func(w *world) {
			for range 3 {
				w.opens("a", warning, two)
				w.resolves("a", two)
			}
			w.opens("a", warning, two)
		}, []string{"opened card-002 state 8"}},
		{"known and resolved", func(w *world) { w.worsens("a", warning, one...); w.resolves("a", 1) }, []string{"resolved card-001 state 3"}},
		{"known, resolved, opened again", func(w *world) {
			w.resolves("a", 1)
			w.opens("a", warning, 1)
			w.worsens("a", critical, 1)
		}, []string{"resolved card-001 state 2", "opened card-001 state 4"}},
		{"known, resolved, opened again and resolved", func(w *world) {
			w.resolves("a", 1)
			w.opens("a", warning, 1)
			w.resolves("a", 1)
		}, []string{"resolved card-001 state 2"}},
		{"reminded often", func(w *world) {
			for range 5 {
				w.change(key("a", 1), incident.Reminded, warning)
			}
			w.worsens("a", warning, 1)
			w.change(key("a", 1), incident.Reminded, warning)
		}, []string{"worsened card-001 state 8"}},
		{"flapping", func(w *world) {
			w.change(key("a", 1), incident.Flapping, warning)
			w.change(key("a", 1), incident.Flapping, warning)
		}, []string{"flapping card-001 state 3"}},
	}
	for _, tt := range tests {
		for _, back := range []bool{false, true} {
			if back && strings.Contains(tt.name, "again") {
				continue // no order is known where even the times of opening go back
			}
			t.Run(fmt.Sprint(tt.name, " ", back), func(t *testing.T) {
				t.Parallel()
				inBubble(t, func(t *testing.T) {
					w := newBotWorld(t)
					w.opens("a", warning, 1)
					w.mustRun()
					w.server.Refuse(refusal("", 404, "invalid_auth", forEver))
					tt.story(w)
					if back { // each in a batch of its own, the clock going back
						later := w.pending
						for n, c := range later {
							w.pending = []change{c}
							now := time.Now().Add(-time.Duration(n) * time.Minute)
							w.now = func() time.Time { return now }
							w.enqueue()
						}
						w.now = time.Now
					}
					w.run(time.Hour)
					if diff := cmp.Diff(tt.want, w.waiting("bot")); diff != "" {
						t.Errorf("outbox (-want +got):\n%s", diff)
					}
				})
			})
		}
	}
}

// TestFault10LostAnswer loses the answer of each method, before or after Slack
// has done what was asked.
func TestFault10LostAnswer(t *testing.T) {
	t.Parallel()
	for _, applied := range []bool{false, true} {
		for _, skip := range []int{0, 1, 2} {
			t.Run(fmt.Sprint("bot ", applied, skip), func(t *testing.T) {
				t.Parallel()
				inBubble(t, func(t *testing.T) {
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
			inBubble(t, func(t *testing.T) {
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

// TestFault10CannotLook has no scope to look for a message: it is sent again.
func TestFault10CannotLook(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
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
	inBubble(t, func(t *testing.T) {
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
			inBubble(t, func(t *testing.T) {
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
		inBubble(t, func(t *testing.T) {
			w := newBotWorld(t)
			w.receivers = append(w.receivers, w.webhook("webhook"))
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

// TestCrash ends the process before and after every call of the store and of
// Slack. Later runs bring the rest, and the bot shows nothing a second time.
func TestCrash(t *testing.T) {
	t.Parallel()
	type crash struct{}
	for name, newWorld := range worlds {
		for at := range 60 {
			t.Run(fmt.Sprint(name, at), func(t *testing.T) {
				t.Parallel()
				inBubble(t, func(t *testing.T) {
					w := newWorld(t)
					w.opens("usage", critical, 1, 2)
					w.mustRun()
					w.opens("usage", critical, upTo(30)[12:]...)
					w.opens("expiry", warning, 1)
					w.resolves("usage", 1)
					w.enqueue()
					calls := 0
					step := func() {
						if calls++; calls == at+1 {
							panic(crash{})
						}
					}
					w.store.before = func(string) error { step(); return nil }
					healthy := w.receivers
					w.receivers = []notify.Receiver{crashing(healthy[0], step)}
					reports := w.run(time.Hour)
					w.store.before = func(string) error { return nil }
					w.receivers = healthy
					if calls <= at {
						return
					}
					if !strings.Contains(reports[0].Why, "panic") {
						t.Fatalf("Deliver = %+v, want a crash", reports)
					}
					w.mustRun()
					w.mustRun()
					checkRepeats(t, w, name == "webhook")
					for _, kept := range []string{"opened", "card-030", "resolved"} {
						if !strings.Contains(strings.Join(w.texts(), "\n"), kept) {
							t.Errorf("shown = %q, want %q among it", w.shown(), kept)
						}
					}
				})
			})
		}
	}
}

// checkRepeats wants no message a second time, or by a webhook at most one.
func checkRepeats(t *testing.T, w *world, webhook bool) {
	t.Helper()
	seen := make(map[string]int)
	for _, m := range w.server.Inbox() {
		id := string(m.Metadata)
		if webhook {
			id = m.Text
		}
		seen[id]++
		if n := seen[id]; n > 2 || n > 1 && !webhook {
			t.Errorf("message %q is shown %d times", firstLine(m.Text), n)
		}
	}
}

func (w *world) texts() []string {
	var texts []string
	for _, m := range w.server.Inbox() {
		texts = append(texts, m.Text)
	}
	return texts
}

// crashing calls step before and after every call of a receiver.
func crashing(r notify.Receiver, step func()) notify.Receiver {
	if r.Bot != nil {
		r.Bot = crashingBot{r.Bot, step}
		return r
	}
	poster := r.Poster
	r.Poster = notify.PosterFunc(func(ctx context.Context, m slack.Message) error {
		step()
		defer step()
		return poster.Post(ctx, m)
	})
	return r
}

type crashingBot struct {
	notify.Bot
	step func()
}

func (c crashingBot) Post(ctx context.Context, m slack.Message) (slack.Ref, error) {
	c.step()
	defer c.step()
	return c.Bot.Post(ctx, m)
}

func (c crashingBot) Update(ctx context.Context, ref slack.Ref, m slack.Message) (slack.Ref, error) {
	c.step()
	defer c.step()
	return c.Bot.Update(ctx, ref, m)
}

func (c crashingBot) Reply(ctx context.Context, ref slack.Ref, m slack.Message, broadcast bool) (slack.Ref, error) {
	c.step()
	defer c.step()
	return c.Bot.Reply(ctx, ref, m, broadcast)
}

func (c crashingBot) Upload(ctx context.Context, ref slack.Ref, filename, title string, content []byte) error {
	c.step()
	defer c.step()
	return c.Bot.Upload(ctx, ref, filename, title, content)
}

// TestCutOff ends the run after every possible time: later runs bring the rest.
func TestCutOff(t *testing.T) {
	t.Parallel()
	for limit := range 12 {
		inBubble(t, func(t *testing.T) {
			w := newBotWorld(t)
			w.opens("usage", critical, upTo(30)...)
			w.opens("expiry", warning, upTo(30)...)
			w.run(time.Duration(limit)*time.Second + time.Millisecond)
			w.resolves("usage", upTo(25)...)
			w.run(time.Duration(limit)*time.Second + time.Millisecond)
			w.mustRun()
			checkRepeats(t, w, false)
			if got := w.shown()[0]; !strings.HasPrefix(got, "# usage/critical: 5 open") {
				t.Errorf("cut off after %d s: shown[0] = %q, want 5 open", limit, got)
			}
		})
	}
}

// TestCrashLoop has the process end whenever one message is sent.
func TestCrashLoop(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.fault(func(_, text string) error {
			if strings.Contains(text, "poison") {
				panic("out of memory")
			}
			return nil
		})
		w.opens("poison", critical, 1)
		w.opens("usage", warning, 1)
		dead := 0
		for range 5 {
			dead += w.run(time.Hour)[0].DeadLettered
		}
		if dead != 1 || !slices.Equal(w.shown(), []string{"# usage/warning: 1 open, 1 new"}) {
			t.Errorf("%d dead letters, shown = %q, want one, and the other message", dead, w.shown())
		}
	})
}

// TestBadRecords has records that cannot be decoded: what can be goes on.
func TestBadRecords(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
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
	inBubble(t, func(t *testing.T) {
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
