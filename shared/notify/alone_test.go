package notify_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/delivery"
	"signalbox/shared/notify"
	"signalbox/shared/store"
)

// TestReceiversFailAlone has one receiver fail, hang or panic.
func TestReceiversFailAlone(t *testing.T) {
	t.Parallel()
	for name, poster := range map[string]notify.PosterFunc{
		"fails":  func(context.Context, notify.Message) error { return kind(delivery.KindConfig) },
		"panics": func(context.Context, notify.Message) error { panic("no idea") },
		"hangs": func(ctx context.Context, _ notify.Message) error {
			<-ctx.Done()
			return ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
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

// TestDeliverAgain delivers a second time in a run in which something failed: what
// failed is not tried again, all else is delivered.
func TestDeliverAgain(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(method, text string) error{
		"a message": func(_, text string) error {
			if strings.Contains(text, "poison") {
				return kind(delivery.KindUnknown)
			}
			return nil
		},
		"the receiver": func(string, string) error { return kind(delivery.KindConfig) },
		"unavailable":  func(string, string) error { return kind(delivery.KindUnavailable) },
		"a panic":      func(string, string) error { panic("no idea") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newBotWorld(t)
				w.receivers = append(w.receivers, w.webhook())
				calls := 0
				w.fault(func(method, text string) error { calls++; return fault(method, text) })
				w.opens("poison", critical, 1)
				first := w.run(time.Hour)
				before := calls
				w.opens("usage", critical, 2)
				w.earlier = first
				r := w.run(time.Hour)
				if calls != before || r[0].Waiting != 2 || r[0].Why != first[0].Why {
					t.Errorf("%d more calls, Deliver = %+v, want none, two waiting, and why as before: %q", calls-before, r[0], first[0].Why)
				}
				if r[1].Waiting != 0 {
					t.Errorf("Deliver = %+v, want the other to have all", r[1])
				}
				w.earlier = nil
				if w.run(time.Hour); calls == before {
					t.Error("no call in the next run, want another try")
				}
			})
		})
	}
}

// TestLostLease takes the lease over before every write: nothing is sent or
// written from then on.
func TestLostLease(t *testing.T) {
	t.Parallel()
	for name, newWorld := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			writes := 0 // of a run that keeps its lease
			for lost := 0; lost <= writes; lost++ {
				synctest.Test(t, func(t *testing.T) { writes = max(writes, loseLease(t, newWorld(t), lost)) })
			}
			if writes < 2 {
				t.Errorf("%d writes, want at least one staged and one confirmed", writes)
			}
		})
	}
}

// loseLease takes the lease over before a write, 0: before none, and returns how
// many were made.
func loseLease(t *testing.T, w *world, before int) (writes int) {
	t.Helper()
	w.fence = store.Record{Collection: "leases", Key: "sweep", Value: []byte("me")}
	w.put(w.fence)
	w.opens("usage", critical, upTo(30)...)
	w.opens("expiry", warning, 1)
	w.enqueue()
	calls, applied := -1, 0
	w.store.before = func(operation string) error {
		if operation != "apply" {
			return nil
		}
		if writes++; writes == before {
			w.put(store.Record{Collection: "leases", Key: "sweep", Value: []byte("another")})
			calls, applied = w.calls(), w.store.applied
		}
		return nil
	}
	r := w.run(time.Hour)[0]
	if before == 0 {
		return writes
	}
	if w.store.applied != applied || w.calls() != calls || r.Why == "" {
		t.Errorf("lost before write %d: %d more writes, %d more calls, Deliver = %+v, want neither, and why",
			before, w.store.applied-applied, w.calls()-calls, r)
	}
	return 0
}
