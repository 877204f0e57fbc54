package notify_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
)

const (
	warning  = incident.Warning
	critical = incident.Critical
)

// inBubble runs a test where time passes by itself.
func inBubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func checkShown(t *testing.T, w *world, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, w.shown()); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}

// TestBotLife follows a group from its first incident to all clear.
func TestBotLife(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", warning, 1, 2)
		w.mustRun()
		checkShown(t, w, "# usage/warning: 2 open, 2 new")

		time.Sleep(time.Hour)
		w.opens("usage", warning, 3)
		w.mustRun()
		checkShown(t, w, "# usage/warning: 3 open (updated 1 times)", "> changes: 1 opened")

		time.Sleep(time.Hour)
		w.worsens("usage", warning, 1)
		w.mustRun()
		checkShown(t, w, "# usage/warning: 3 open (updated 2 times)", "> changes: 1 opened", "#> changes: 1 worsened")

		time.Sleep(time.Hour)
		w.worsens("usage", critical, 2)
		w.mustRun()
		checkShown(t, w, "# usage/warning: 2 open, 1 elsewhere (updated 3 times)", "> changes: 1 opened", "#> changes: 1 worsened",
			"# usage/critical: 1 open, 2 elsewhere")

		time.Sleep(time.Hour)
		w.resolves("usage", 1, 2, 3)
		w.mustRun()
		checkShown(t, w, "# usage/warning: all clear (updated 4 times)", "> changes: 1 opened", "#> changes: 1 worsened",
			"# usage/critical: all clear (updated 1 times)", "> changes: 2 resolved", "> changes: 1 resolved")
		if state, _ := w.store.Get(t.Context(), "receivers", "bot"); strings.Contains(string(state), "threads") {
			t.Errorf("state = %s, want no threads", state)
		}

		time.Sleep(time.Hour)
		w.opens("usage", warning, 1)
		w.mustRun()
		if got, want := w.shown()[6], "# usage/warning: 1 open, 1 new"; got != want {
			t.Errorf("shown[6] = %q, want %q", got, want)
		}
	})
}

// TestUnchangedRunWritesNothing runs again with the same incidents.
func TestUnchangedRunWritesNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.receivers = append(w.receivers, w.webhook("webhook"))
		w.opens("usage", warning, upTo(30)...)
		w.opens("expiry", critical, 1)
		w.mustRun()
		applied, inbox := w.store.applied, len(w.shown())
		for range 3 {
			time.Sleep(26 * time.Hour)
			w.mustRun()
		}
		if w.store.applied != applied || len(w.shown()) != inbox {
			t.Errorf("%d batches, %d messages after unchanged runs, want %d, %d", w.store.applied, len(w.shown()), applied, inbox)
		}
	})
}

// TestStatusShowsTodaysNumbers has details change without anything to notify of.
func TestStatusShowsTodaysNumbers(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", critical, 1)
		w.mustRun()
		i := w.open[key("usage", 1)]
		i.Severity, i.Details.Note = warning, "85 %"
		w.open[i.Key] = i
		w.mustRun()
		checkShown(t, w, "# usage/critical: all clear, 1 elsewhere (updated 1 times)", "# usage/warning: 1 open")
		if got := w.server.Inbox()[1].Text; !strings.Contains(got, "85 %") {
			t.Errorf("status = %q, want the new details", got)
		}
	})
}

// TestBadDay opens 20,000 incidents at once, for a webhook and a bot.
func TestBadDay(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.receivers = append(w.receivers, w.webhook("webhook"))
		rules := []string{"usage", "expiry", "stopped", "stale"}
		for n := range 20000 {
			s := []incident.Severity{warning, critical}[n/4%2]
			w.opens(rules[n%4], s, n)
		}
		w.enqueue()
		records, put := 0, w.store.written
		for _, collection := range w.store.records {
			records += len(collection)
		}
		if records > 200 {
			t.Errorf("%d records for 20,000 changes, want few", records)
		}
		w.mustRun()
		if got, limit := w.store.written, 2*put; got > limit {
			t.Errorf("%d bytes written in all, want at most %d", got, limit)
		}
		if got := w.visible(); got != 6 {
			t.Errorf("%d visible messages, want 5 by the bot and 1 by the webhook:\n%s", got, strings.Join(w.shown(), "\n"))
		}
	})
}

// TestBudget opens many groups at once: the worst have messages of their own.
func TestBudget(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.sweep = "monday"
		for n, rule := range []string{"a", "b", "c", "d", "e", "f", "g"} {
			w.opens(rule, []incident.Severity{warning, critical}[n%2], n)
		}
		w.mustRun()
		checkShown(t, w,
			"# b/critical: 1 open, 1 new", "# d/critical: 1 open, 1 new", "# f/critical: 1 open, 1 new", "# a/warning: 1 open, 1 new",
			"# c/warning+e/warning+g/warning: 3 open, 3 new")

		// The same sweep goes on: what is critical is visible all the same, once.
		w.opens("b", critical, 100, 101)
		w.opens("d", critical, 102)
		w.worsens("a", warning, 0)
		w.mustRun()
		checkShown(t, w,
			"# b/critical: 3 open (updated 1 times)", "# d/critical: 2 open (updated 1 times)", "# f/critical: 1 open, 1 new",
			"# a/warning: 1 open (updated 1 times)", "# c/warning+e/warning+g/warning: 3 open, 3 new",
			"# digest: 3 opened", "> changes: 1 worsened")
	})
}

// TestFault09CriticalIsVisible opens 500 critical incidents where a status message
// is a few hours old.
func TestFault09CriticalIsVisible(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", critical, 1)
		w.mustRun()
		time.Sleep(3 * time.Hour)
		for n := range 500 {
			w.opens("usage", critical, n+2)
		}
		w.mustRun()
		checkShown(t, w, "# usage/critical: 501 open (updated 1 times) [0 open, 500 changes]", "#> changes: 500 opened")
	})
}

// TestFault09OldStatusIsPostedAnew has a status message that is a month old.
func TestFault09OldStatusIsPostedAnew(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", critical, 1)
		w.opens("usage", warning, 900)
		w.mustRun()
		time.Sleep(30 * 24 * time.Hour)
		w.opens("usage", critical, upTo(501)[1:]...)
		w.worsens("usage", warning, 900)
		w.mustRun()
		checkShown(t, w,
			"# usage/critical: 1 open, 1 new, 1 elsewhere", "# usage/warning: 1 open, 501 elsewhere (updated 1 times)",
			"# usage/critical: 501 open, 500 new, 1 elsewhere [501 open, 0 changes]", "#> changes: 1 worsened")
		time.Sleep(time.Hour)
		w.resolves("usage", 1)
		w.mustRun()
		checkShown(t, w,
			"# usage/critical: 1 open, 1 new, 1 elsewhere", "# usage/warning: 1 open, 500 elsewhere (updated 2 times)",
			"# usage/critical: 500 open, 1 elsewhere (updated 1 times) [501 open, 0 changes]", "#> changes: 1 worsened", "> changes: 1 resolved")
	})
}

// TestFault08RetryAfter has Slack ask to wait for longer than the run lasts.
func TestFault08RetryAfter(t *testing.T) {
	t.Parallel()
	for name, newWorld := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				w := newWorld(t)
				w.server.Refuse(refusal("", 429, "ratelimited", func(r *refused) { r.RetryAfter = 10 * time.Minute }))
				w.opens("usage", critical, 1)
				began := time.Now()
				r := w.run(time.Minute)[0]
				if took := time.Since(began); took > time.Second || r.Waiting != 1 || !r.NotBefore.After(began.Add(9*time.Minute)) {
					t.Errorf("Deliver took %v, = %+v, want to remember when to send", took, r)
				}
				time.Sleep(5 * time.Minute)
				applied, calls := w.store.applied, w.calls()
				if r := w.run(time.Minute)[0]; r.Waiting != 1 || w.store.applied != applied || w.calls() != calls {
					t.Errorf("before the time, Deliver = %+v with %d writes and %d calls, want neither", r, w.store.applied-applied, w.calls()-calls)
				}
				time.Sleep(5 * time.Minute)
				w.mustRun()
				if len(w.shown()) != 1 {
					t.Errorf("shown = %q, want one message", w.shown())
				}
			})
		})
	}
}

// TestFault08HostileWait lets the clock go back, so that the wait seems endless.
func TestFault08HostileWait(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		w := newWebhookWorld(t)
		w.server.Refuse(refusal("", 429, "ratelimited", func(r *refused) { r.RetryAfter = 10 * time.Minute }))
		w.opens("usage", critical, 1)
		w.now = func() time.Time { return time.Now().Add(-365 * 24 * time.Hour) }
		w.run(time.Minute)
		time.Sleep(11 * time.Minute)
		w.mustRun()
	})
}

// TestAnnounce asks for the same announcement again and again.
func TestAnnounce(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.receivers = append(w.receivers, w.webhook("webhook"))
		ask := func(id string) {
			r, err := w.notifier().Announce(id, []byte(`"`+id+`"`))
			if err != nil {
				t.Fatal(err)
			}
			w.put(r)
		}
		w.server.Refuse(refusal("webhook", 404, "no_service", func(r *refused) { r.Count = 2 }))
		for range 4 {
			ask("monday")
			w.run(time.Minute)
			time.Sleep(time.Hour)
		}
		checkShown(t, w, `# announcement "monday"`, `# announcement "monday"`)

		// What a receiver did not take is not made a day later, nor after the next.
		w.server.Refuse(refusal("webhook", 404, "no_service", func(r *refused) { r.Count = -1 }))
		ask("tuesday")
		w.run(time.Minute)
		time.Sleep(25 * time.Hour)
		w.server.ClearRefusals()
		w.mustRun()
		ask("wednesday")
		w.mustRun()
		want := []string{
			`# announcement "monday"`, `# announcement "monday"`, `# announcement "tuesday"`,
			`# announcement "wednesday"`, `# announcement "wednesday"`,
		}
		checkShown(t, w, want...)
	})
}

// TestRoute keeps what is about a receiver from it.
func TestRoute(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		var posts [2][]string
		var receivers []notify.Receiver
		for n := range posts {
			receivers = append(receivers, notify.Receiver{Name: fmt.Sprint("r", n), Poster: notify.PosterFunc(
				func(_ context.Context, m slack.Message) error {
					posts[n] = append(posts[n], firstLine(m.Text))
					return nil
				})})
		}
		w := newWorld(t, receivers...)
		w.route = func(receiver string, i event) bool { return i.Key.Rule != receiver }
		w.opens("r0", critical, 1)
		w.mustRun()
		if diff := cmp.Diff([2][]string{nil, {"digest: 1 opened"}}, posts); diff != "" {
			t.Errorf("posts (-want +got):\n%s", diff)
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	poster := notify.PosterFunc(func(context.Context, slack.Message) error { return nil })
	for name, receivers := range map[string][]notify.Receiver{
		"no name":    {{Poster: poster}},
		"same name":  {{Name: "a", Poster: poster}, {Name: "a", Poster: poster}},
		"no sender":  {{Name: "a"}},
		"two of one": {{Name: "a", Poster: poster, Bot: faulty{}}},
	} {
		if _, err := notify.New(notify.Config[details]{Store: newMemory(), Receivers: receivers}); err == nil {
			t.Errorf("New with %s = nil, want an error", name)
		}
	}
}
