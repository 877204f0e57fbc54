//go:build redis

package redistest_test

import (
	"flag"
	"fmt"
	"testing"

	"signalbox/internal/otptest"
	"signalbox/shared/store"
)

var kills = flag.Int("kills", 20, "how often TestKilledConversion kills, in both cases together")

// TestKilledConversion kills the function that has its state in Redis: the only
// instance, and one of four.
func TestKilledConversion(t *testing.T) {
	t.Parallel()
	for _, instances := range []int{1, 4} {
		t.Run(fmt.Sprint("instances=", instances), func(t *testing.T) {
			t.Parallel()
			otptest.Killed(t, otptest.Config{
				Kills: *kills / 2, Instances: instances,
				Store: store.Config{RedisURL: "redis://" + startRedis(t).address, Account: "main", Namespace: "conversion"},
			})
		})
	}
}
