package notify_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/notify"
	"signalbox/shared/store"
)

// TestStoreThatFails has the error of the store reported as it is, and what waits as
// unknown where the outbox could not be read. A second delivery of the run keeps both.
func TestStoreThatFails(t *testing.T) {
	t.Parallel()
	for operation, waiting := range map[string]int{"list": notify.Unknown, "get": 2, "apply": 2} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWebhookWorld(t)
				w.opens("usage", critical, 1, 2)
				w.enqueue()
				damaged := &store.DamagedError{ID: "abc"}
				w.store.before = func(op string) error {
					if op == operation {
						return damaged
					}
					return nil
				}
				for range 2 {
					r := w.run(time.Hour)[0]
					if got, ok := errors.AsType[*store.DamagedError](r.Err); !ok || got != damaged {
						t.Errorf("Deliver = %+v, want the store's error", r)
					}
					if r.Waiting != waiting || r.Messages != 0 || r.Why == "" {
						t.Errorf("Deliver = %+v, want %d waiting, and why", r, waiting)
					}
					w.earlier = []notify.Report{r}
				}
				w.store.before = func(string) error { return nil }
				if r := w.run(time.Hour)[0]; r.Err == nil || r.Messages != 0 {
					t.Errorf("Deliver = %+v later in the run, want the same error and no try", r)
				}
				w.earlier = nil
				w.mustRun()
			})
		})
	}
}
