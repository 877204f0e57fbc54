package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/incident"
)

// TestFault07DownForDays has a receiver down for three days while incidents open
// and are resolved.
func TestFault07DownForDays(t *testing.T) {
	t.Parallel()
	for name, newWorld := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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
			synctest.Test(t, func(t *testing.T) {
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
				synctest.Test(t, func(t *testing.T) {
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
