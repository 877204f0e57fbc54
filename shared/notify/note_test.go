package notify_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
	"signalbox/shared/store"
)

// note has a note written, as a caller does with what it is about.
func (w *world) note(id string, groups ...notify.Group) {
	w.t.Helper()
	record, err := w.notifier().Note("bot", notify.Note{ID: id, Groups: groups, Body: json.RawMessage(`"` + id + `"`)})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.store.Apply(w.t.Context(), store.Batch{Put: []store.Record{record}}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) redraw(limit time.Duration) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), limit)
	defer cancel()
	w.notifier().Redraw(ctx, w.delivery())
}

var usageCritical = notify.Group{Rule: "usage", Severity: incident.Critical}

// TestNoteIsSaidOnce says a note in the thread of its group, once, whatever happens to
// the first answer.
func TestNoteIsSaidOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault error // of the first reply
		taken bool  // although it failed
	}{
		{"at once", nil, true},
		{"unavailable", kind(delivery.KindUnavailable), false},
		{"answer lost", &delivery.Error{Kind: delivery.KindUnavailable, Uncertain: true}, false},
		{"refused as it is", kind(delivery.KindRejected), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newBotWorld(t)
				w.opens("usage", critical, 1)
				w.mustRun()
				failed := tt.fault == nil
				w.fault(func(method, _ string) error {
					if method == "reply" && !failed {
						failed = true
						return tt.fault
					}
					return nil
				})
				w.note("first", usageCritical)
				for range 3 {
					w.run(time.Hour)
					time.Sleep(time.Minute)
				}
				want := []string{"# usage/critical: 1 open, 1 new", `> note "first"`}
				if got := w.shown(); !slices.Equal(got, want) {
					t.Errorf("shown = %q, want %q", got, want)
				}
				w.wantNoNotes()
			})
		})
	}
}

func (w *world) wantNoNotes() {
	w.t.Helper()
	if left, _ := w.store.List(w.t.Context(), "notes/bot"); len(left) > 0 {
		w.t.Errorf("%d notes are left, want none", len(left))
	}
}

// TestNoteWithoutAThread is about a group that no message shows, or is a day old.
func TestNoteWithoutAThread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", critical, 1)
		w.mustRun()
		w.note("of another group", notify.Group{Rule: "expiry", Severity: critical})
		w.mustRun()
		w.note("old", usageCritical)
		time.Sleep(25 * time.Hour)
		w.mustRun()
		if got := w.shown(); len(got) != 1 {
			t.Errorf("shown = %q, want the status message alone", got)
		}
		w.wantNoNotes()
	})
}

// TestRedraw brings messages up to date and says notes, and leaves everything else to
// the next delivery.
func TestRedraw(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.receivers = append(w.receivers, w.webhook())
		w.opens("usage", critical, 1)
		w.mustRun()
		before := w.shown()
		w.redraw(time.Minute)
		if got := w.shown(); !slices.Equal(got, before) {
			t.Fatalf("a redraw of what is up to date shows %q, want %q", got, before)
		}
		marked := ""
		w.mark = func(event) string { return marked }
		marked = "acknowledged"
		w.note("by Ann", usageCritical)
		w.opens("expiry", critical, 2)
		w.enqueue()
		w.redraw(time.Minute)
		calls := w.server.Calls("chat.update")
		w.redraw(time.Minute)
		if again := w.server.Calls("chat.update"); calls != 1 || again != 1 {
			t.Errorf("%d updates, then %d; want 1 for one change", calls, again)
		}
		want := []string{"# usage/critical: 1 open (updated 1 times)", `> note "by Ann"`}
		got := slices.DeleteFunc(w.shown(), func(line string) bool { return line != want[0] && line != want[1] })
		if !slices.Equal(got, want) || len(w.shown()) != len(before)+1 {
			t.Errorf("shown = %q, want %q and nothing new beside", w.shown(), want)
		}
		w.mustRun()
		if len(w.shown()) != len(before)+3 { // its status message, and the digest
			t.Errorf("shown = %q, want what was opened meanwhile too", w.shown())
		}
	})
}
