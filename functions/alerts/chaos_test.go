package alerts_test

import (
	"flag"
	"strconv"
	"testing"
	"testing/synctest"
)

var (
	schedules = flag.Int("schedules", 100, "how many schedules TestChaos draws")
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
	if testing.Short() {
		last = min(last, 40)
	}
	if *replay >= 0 {
		first, last = *replay, *replay+1
	}
	for seed := first; seed < last; seed++ {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { newChaos(t, uint64(seed)).live(t) })
		})
	}
}
