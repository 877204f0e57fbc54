package alerts_test

import (
	"flag"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

var (
	schedules = flag.Int("schedules", 20, "how many schedules TestChaos draws")
	replay    = flag.Int("schedule", -1, "the one schedule that TestChaos replays, printing its trace")
)

// TestChaos lets a small fleet live through random schedules of what goes wrong:
// the listing, lookups, Slack, the store, the clock, runs that overlap and runs
// that are killed, drawn by the number of each call, so that
//
//	go test -run TestChaos ./functions/alerts -args -schedule N
//
// prints schedule N again. When the faults have ended, six sweeps later all is as
// if nothing had ever gone wrong.
func TestChaos(t *testing.T) {
	t.Parallel()
	first, last := 0, *schedules
	if *replay >= 0 {
		first, last = *replay, *replay+1
	}
	var grouped atomic.Int64
	t.Cleanup(func() {
		if least := int64(last-first) / 10; grouped.Load() < least {
			t.Errorf("a group was open in %d schedules of %d, want at least %d", grouped.Load(), last-first, least)
		}
		t.Logf("a group was open in %d of %d schedules", grouped.Load(), last-first)
	})
	for seed := first; seed < last; seed++ {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newChaos(t, uint64(seed))
				if c.live(t); c.grouped {
					grouped.Add(1)
				}
			})
		})
	}
}
