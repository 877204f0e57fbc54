package notify_test

import (
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/incident"
)

// TestBudget opens many groups at once: the worst have messages of their own.
func TestBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
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
	synctest.Test(t, func(t *testing.T) {
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
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", critical, 1)
		w.opens("usage", warning, 900)
		w.mustRun()
		time.Sleep(30 * 24 * time.Hour)
		w.opens("usage", critical, upTo(501)[1:]...)
		w.worsens("usage", warning, 900)
		w.mustRun()
		checkShown(t, w,
			replaced, "# usage/warning: 1 open, 501 elsewhere (updated 1 times)",
			"# usage/critical: 501 open, 500 new, 1 elsewhere [501 open, 0 changes]", "#> changes: 1 worsened")
		time.Sleep(time.Hour)
		w.resolves("usage", 1)
		w.mustRun()
		checkShown(t, w,
			replaced, "# usage/warning: 1 open, 500 elsewhere (updated 2 times)",
			"# usage/critical: 500 open, 1 elsewhere (updated 1 times) [501 open, 0 changes]", "#> changes: 1 worsened", "> changes: 1 resolved")
	})
}
