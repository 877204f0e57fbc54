package notify_test

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestFault08RetryAfter has Slack ask to wait for longer than the run lasts.
func TestFault08RetryAfter(t *testing.T) {
	t.Parallel()
	for name, newWorld := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.server.Refuse(refusal("", 429, "ratelimited", func(r *refused) { r.RetryAfter = 10 * time.Minute }))
				w.opens("usage", critical, 1)
				began := time.Now()
				r := w.run(time.Minute)[0]
				if took := time.Since(began); took > time.Second || r.Waiting != 1 || r.Why == "" {
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
	synctest.Test(t, func(t *testing.T) {
		w := newWebhookWorld(t)
		w.server.Refuse(refusal("", 429, "ratelimited", func(r *refused) { r.RetryAfter = 10 * time.Minute }))
		w.opens("usage", critical, 1)
		w.now = func() time.Time { return time.Now().Add(-365 * 24 * time.Hour) }
		w.run(time.Minute)
		time.Sleep(11 * time.Minute)
		w.mustRun()
	})
}
