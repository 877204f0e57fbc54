package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rule"
	"signalbox/internal/testsize"
	"signalbox/shared/aliyun/aliyuntest"
)

var errKilled = errors.New("the process was killed")

// victim is a fleet whose process dies at one of its batches: before it is written,
// or before its answer comes. What the process does from then on fails.
type victim struct {
	*fixture
	listener *listener
	batches  int // so far
	cancel   context.CancelFunc
	dead     bool
}

func newVictim(t *testing.T) *victim {
	t.Helper()
	v := new(victim)
	v.fixture = newFixture(t, 400, func(c *alerts.Config) {
		v.listener = &listener{Poster: c.Receivers[0].Poster, t: t}
		c.Receivers[0].Poster = v.listener
	})
	v.listener.store = v.store
	return v
}

// live sweeps, has some cards change, and sweeps two more times; at the batch with that
// number, in that way, the process dies and another one goes on when the lease has
// ended.
func (v *victim) live(t *testing.T, at int, op string) {
	t.Helper()
	v.store.hook = func(now string) error {
		if now == opApply {
			v.batches++
		}
		if v.dead = v.dead || now == op && v.batches == at; v.dead {
			v.cancel()
			return errKilled
		}
		return nil
	}
	for i := range 3 {
		if i == 1 {
			v.set(0, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes })
			v.set(1, func(c *aliyuntest.Card) { c.Expires = c.Expires.AddDate(1, 0, 0) })
			v.set(2, func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusStopped })
		}
		for done := false; !done; time.Sleep(10 * time.Minute) {
			var ctx context.Context
			ctx, v.cancel = context.WithCancel(t.Context())
			r, err := v.Sweep(ctx)
			v.cancel()
			if done = !v.dead; done && err != nil {
				t.Errorf("sweep %d = %+v, %v", i, r, err)
			}
			if v.dead {
				v.dead, v.store.hook = false, nil
			}
		}
	}
}

// delivered are the changes that were, by what they say, and how often each was.
func (v *victim) delivered() map[string]int {
	times := make(map[string]int)
	for _, c := range v.listener.changes {
		times[fmt.Sprint(c.Incident.Key, " ", c.Kind, " ", c.Incident.Threshold)]++
	}
	return times
}

// TestKilledProcess kills the process at each of its batches. What is open in the
// end, and what was notified, is the same; only the message that was under way may
// come again, as the same one.
func TestKilledProcess(t *testing.T) {
	t.Parallel()
	var want map[string]int
	batches := 0
	synctest.Test(t, func(t *testing.T) {
		whole := newVictim(t)
		whole.live(t, 0, "")
		want, batches = whole.delivered(), whole.batches
	})
	if batches < 12 || len(want) < 20 {
		t.Fatalf("%d batches and %d changes, too few to prove anything", batches, len(want))
	}
	for at := 0; at < batches; at += testsize.Of(3, 1) {
		for _, op := range []string{opApply, opApplied} {
			t.Run(fmt.Sprintf("%s %d", op, at+1), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					v := newVictim(t)
					v.live(t, at+1, op)
					v.check(t)
					got := v.delivered()
					if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
						t.Errorf("notified (-want +got):\n%s", diff)
					}
					v.checkRepeats(t)
				})
			})
		}
	}
}

// checkRepeats finds at most one message repeated.
func (v *victim) checkRepeats(t *testing.T) {
	t.Helper()
	changes := make(map[string]rule.Change)
	for _, c := range v.listener.changes {
		changes[c.ID] = c
	}
	repeated := v.listener.digests - len(v.listener.messages)
	if len(changes) != len(v.delivered()) || repeated > 1 {
		t.Errorf("%d ids of %d changes, %d messages repeated; want one id for each and one message at most", len(changes), len(v.delivered()), repeated)
	}
}
