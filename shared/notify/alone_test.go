package notify_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/store"
)

// TestReceiversFailAlone has one receiver fail, hang or panic.
func TestReceiversFailAlone(t *testing.T) {
	t.Parallel()
	for name, poster := range map[string]notify.PosterFunc{
		"fails":  func(context.Context, slack.Message) error { return kind(slack.KindConfig) },
		"panics": func(context.Context, slack.Message) error { panic("no idea") },
		"hangs": func(ctx context.Context, _ slack.Message) error {
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
