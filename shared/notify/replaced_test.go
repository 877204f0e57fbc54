package notify_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/incident"
	"signalbox/shared/notify"
)

const replaced = "# replaced by a newer message (updated 1 times)"

// TestReplaced has a status message replaced in each way: the old one says so, once.
func TestReplaced(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		replace func(w *world)
		want    []string
	}{
		{"a day old", func(*world) { time.Sleep(25 * time.Hour) }, []string{replaced, "# usage/critical: 2 open, 1 new"}},
		{"thread takes no replies", func(w *world) {
			lost := false
			w.fault(func(method, _ string) error {
				if method == "reply" && !lost {
					lost = true
					return kind(delivery.KindLost)
				}
				return nil
			})
		}, []string{"# replaced by a newer message (updated 2 times)", "# usage/critical: 2 open (updated 1 times)"}},
		{"another channel", func(w *world) {
			w.receivers = []notify.Receiver{w.bot("other")}
		}, []string{replaced, "other # usage/critical: 2 open, 1 new"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newBotWorld(t)
				w.opens("usage", critical, 1)
				w.mustRun()
				tt.replace(w)
				w.opens("usage", critical, 2)
				r := w.run(time.Hour)[0]
				if r.Why != "" { // it had to be lost first
					w.change(key("usage", 2), incident.Reminded, critical)
					w.mustRun()
				}
				got := slices.DeleteFunc(w.shown(), func(line string) bool { return strings.Contains(line, "reminded") })
				if !slices.Equal(got, tt.want) {
					t.Errorf("shown = %q, want %q", got, tt.want)
				}
				applied, calls := w.store.applied, w.server.Calls("chat.update")
				w.mustRun()
				if w.store.applied != applied || w.server.Calls("chat.update") != calls {
					t.Error("the next run has something to do, want nothing")
				}
			})
		})
	}
}

// TestReplacedIsNoFailure has every update of a replaced message fail: it is tried
// once, and nothing else takes notice.
func TestReplacedIsNoFailure(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"lost": kind(delivery.KindLost), "config": kind(delivery.KindConfig), "unknown": kind(delivery.KindUnknown),
		"unavailable":  &delivery.Error{Kind: delivery.KindUnavailable, Uncertain: true},
		"rate limited": &delivery.Error{Kind: delivery.KindRateLimited, RetryAfter: time.Hour, NotBefore: time.Now().AddDate(99, 0, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newBotWorld(t)
				tries := 0
				w.fault(func(_, text string) error {
					if !strings.Contains(text, "replaced") {
						return nil
					}
					tries++
					return err
				})
				w.opens("usage", critical, 1)
				w.mustRun()
				time.Sleep(25 * time.Hour)
				for n := range 3 {
					w.opens("usage", critical, 2+n)
					w.mustRun()
				}
				if tries != 1 {
					t.Errorf("%d tries, want one", tries)
				}
			})
		})
	}
}

// TestReplacedComesLast has something fail in the run that replaces a message: the
// old one is changed by a run in which the receiver takes everything.
func TestReplacedComesLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		w.opens("usage", critical, 1)
		w.mustRun()
		time.Sleep(25 * time.Hour)
		w.opens("usage", critical, 2)
		w.opens("expiry", warning, 3)
		w.fault(func(_, text string) error {
			if strings.Contains(text, "expiry") {
				return kind(delivery.KindUnknown)
			}
			return nil
		})
		w.run(time.Hour)
		checkShown(t, w, "# usage/critical: 1 open, 1 new", "# usage/critical: 2 open, 1 new")
		w.fault(func(string, string) error { return nil })
		w.mustRun()
		checkShown(t, w, replaced, "# usage/critical: 2 open, 1 new", "# expiry/warning: 1 open, 1 new")
	})
}

// TestReplacedFew has many status messages replaced at once: the newest few are
// changed.
func TestReplacedFew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newBotWorld(t)
		for _, rule := range []string{"a", "b", "c", "d"} {
			for n, s := range []incident.Severity{warning, critical} {
				w.opens(rule, s, n)
				w.mustRun()
			}
		}
		w.receivers = []notify.Receiver{w.bot("other")}
		w.mustRun()
		changed := 0
		for _, line := range w.shown() {
			if strings.HasPrefix(line, "# replaced") {
				changed++
			}
		}
		if changed != 5 {
			t.Errorf("%d messages say that they were replaced, want the newest 5:\n%s", changed, strings.Join(w.shown(), "\n"))
		}
	})
}
