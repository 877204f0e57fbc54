package notify_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/delivery"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

// fallbackWorld has a first receiver that takes nothing while it is down, and another
// that is notified in its place. What posts get is remembered by receiver.
type fallbackWorld struct {
	*world

	down bool
	fail func() error // of the first while it is down

	mu    sync.Mutex // of what posters write, each in its own goroutine
	posts map[string][]string
	// known are the incidents that the fallback was once notified of.
	known map[incident.Key]bool
	seen  map[string]bool
}

func newFallbackWorld(t *testing.T) *fallbackWorld {
	t.Helper()
	w := &fallbackWorld{posts: make(map[string][]string), known: make(map[incident.Key]bool), seen: make(map[string]bool)}
	w.fail = func() error { return kind(delivery.KindUnavailable) }
	poster := func(name string) notify.Receiver {
		return notify.Receiver{Name: name, Poster: notify.PosterFunc(func(_ context.Context, m notify.Message) error {
			if w.down && name == "first" {
				return w.fail()
			}
			parts := []string{m.Title}
			for _, l := range m.Lines {
				parts = append(parts, l.Text())
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			if !w.seen[m.ID] { // it may arrive more than once, with the same id
				w.posts[name] = append(w.posts[name], strings.Join(parts, ", "))
			}
			w.seen[m.ID] = true
			return nil
		})}
	}
	w.world = newWorld(t, poster("first"), poster("fallback"))
	w.route = func(receiver string, i event) bool { return receiver == "first" || w.known[i.Key] }
	w.fallback = func(receiver string, _ event) []string {
		if receiver == "first" {
			return []string{"fallback"}
		}
		return nil
	}
	return w
}

// runEvery runs every ten minutes for a while.
func (w *fallbackWorld) runEvery(while time.Duration) {
	for end := w.now().Add(while); w.now().Before(end); time.Sleep(10 * time.Minute) {
		for _, r := range w.run(time.Minute) {
			for _, key := range slices.Concat(r.FellBack["fallback"]) {
				w.known[key] = true
			}
		}
	}
}

// TestFallback has the first receiver be down for two hours.
func TestFallback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newFallbackWorld(t)
		w.opens("usage", critical, 9) // both know nothing of an outage yet
		w.runEvery(10 * time.Minute)
		w.down = true
		w.opens("usage", critical, 1, 2)
		w.runEvery(10 * time.Minute)
		if len(w.posts["fallback"]) != 0 {
			t.Errorf("the fallback has %q after ten minutes, want nothing yet", w.posts["fallback"])
		}
		w.runEvery(50 * time.Minute)
		w.resolves("usage", 2, 9)
		w.opens("expiry", warning, 3)
		w.runEvery(time.Hour)
		w.down = false
		w.runEvery(time.Hour)
		want := map[string][]string{
			"first": {
				"digest: 1 opened, opened card-009",
				"digest: 2 reminded, 1 resolved, reminded card-001, resolved card-009, reminded card-003",
			},
			"fallback": {
				"digest: 2 opened, opened card-001, opened card-002",
				"digest: 1 resolved, resolved card-002",
				"digest: 1 opened, 1 resolved, resolved card-009, opened card-003",
			},
		}
		if diff := cmp.Diff(want, w.posts); diff != "" {
			t.Errorf("posts (-want +got):\n%s", diff)
		}
	})
}

// TestFallbackOnce has the fallback be down, too, and the store fail at each write: each
// incident reaches it once.
func TestFallbackOnce(t *testing.T) {
	t.Parallel()
	for broken := range 12 {
		synctest.Test(t, func(t *testing.T) {
			w := newFallbackWorld(t)
			w.down = true
			w.opens("usage", critical, upTo(30)...)
			w.enqueue()
			var writes atomic.Int64
			w.store.before = func(operation string) error {
				if operation == "apply" && writes.Add(1) == int64(broken) {
					return context.DeadlineExceeded
				}
				return nil
			}
			w.runEvery(3 * time.Hour)
			if got := w.posts["fallback"]; len(got) != 1 || !strings.HasPrefix(got[0], "digest: 30 opened") {
				t.Errorf("write %d fails: the fallback has %.100q, want one digest of 30", broken, got)
			}
		})
	}
}

// TestFallbackOfEveryFailure has the first receiver fail in every way.
func TestFallbackOfEveryFailure(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"config": func() error { return kind(delivery.KindConfig) }, "panics": func() error { panic("no idea") },
		"rate limited": func() error {
			return &delivery.Error{Kind: delivery.KindRateLimited, RetryAfter: time.Hour, NotBefore: time.Now().Add(time.Hour)}
		},
		"uncertain": func() error { return &delivery.Error{Kind: delivery.KindUnavailable, Uncertain: true} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newFallbackWorld(t)
				w.down, w.fail = true, fail
				w.opens("usage", critical, 1, 2)
				w.runEvery(40 * time.Minute)
				if got := w.posts["fallback"]; len(got) != 1 {
					t.Errorf("the fallback has %q, want one digest", got)
				}
			})
		})
	}
}

// TestMention asks for attention for what is new and critical, where the receiver's
// routes do.
func TestMention(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.receivers = append(w.receivers, w.webhook())
		w.mention = func(_ string, i event) bool { return i.Key.Rule == "usage" }
		w.opens("usage", critical, 1)
		w.opens("usage", warning, 2)
		w.opens("expiry", critical, 3)
		w.mustRun()
		w.checkMentions("<!here> usage/critical: 1 open, 1 new, 1 elsewhere", "<!here> digest: 3 opened")
		w.resolves("usage", 1)
		w.worsens("usage", critical, 2)
		w.mustRun()
		w.checkMentions("<!here> digest: 3 opened", "<!here> changes: 1 worsened, 1 resolved", "<!here> digest: 1 worsened, 1 resolved")
	})
}

// checkMentions compares the first lines of what mentions everybody now, in any order.
func (w *world) checkMentions(want ...string) {
	w.t.Helper()
	var mentions []string
	for _, m := range w.server.Inbox() {
		if strings.HasPrefix(m.Text, "<!here> ") {
			mentions = append(mentions, firstLine(m.Text))
		}
	}
	slices.Sort(mentions)
	slices.Sort(want)
	if diff := cmp.Diff(want, mentions); diff != "" {
		w.t.Errorf("mentions (-want +got):\n%s", diff)
	}
}
