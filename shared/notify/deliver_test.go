package notify_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/incident"
)

const (
	warning  = incident.Warning
	critical = incident.Critical
)

func checkShown(t *testing.T, w *world, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, w.shown()); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}

// TestBotLife follows a group from its first incident to all clear.
func TestBotLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
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
			"# usage/critical: 1 open, 1 new, 2 elsewhere")

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
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.receivers = append(w.receivers, w.webhook())
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
	synctest.Test(t, func(t *testing.T) {
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
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.receivers = append(w.receivers, w.webhook())
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
