package quota

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// TestBothEnginesAgree asks both engines for the same, at random, and compares what
// they grant.
func TestBothEnginesAgree(t *testing.T) {
	t.Parallel()
	for _, perSecond := range []float64{0.5, 20, 1000} {
		synctest.Test(t, func(t *testing.T) {
			server := miniredis.NewMiniRedis()
			client := redis.NewClient(&redis.Options{
				Dialer:                   func(context.Context, string, string) (net.Conn, error) { return server.Dial() },
				DisableIdentity:          true,
				MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
			})
			t.Cleanup(func() {
				_ = client.Close()
				server.Close()
			})
			remote := NewRedis(RedisConfig{
				Client: client, Account: "a", PerSecond: perSecond, Share: 1, Logger: slog.New(slog.DiscardHandler),
			}).engine
			local := newLocalEngine(perSecond)
			local.began = local.began.Add(-time.Hour) // Redis's clock did not begin just now either
			random := rand.New(rand.NewPCG(1, uint64(perSecond)))
			for i := range 2000 {
				if random.IntN(40) == 0 {
					hint := time.Duration(random.IntN(3)) * time.Second
					compare(t, i, local.throttled(t.Context(), "A", hint), remote.throttled(t.Context(), "A", hint))
				}
				r := request{want: [classes]int{random.IntN(4), random.IntN(4)}, waited: time.Duration(random.IntN(1_000_000_000))}
				one, other := local.book("A", r), remote.book("A", r)
				if one.reserved != other.reserved || one.permits != other.permits {
					t.Fatalf("%d: %+v of %+v in process, %+v in Redis", i, one, r, other)
				}
				compare(t, i, one, other)
				time.Sleep(time.Duration(random.IntN(100_000_000)))
			}
		})
	}
}

// compare allows for what whole microseconds add up to.
func compare(t *testing.T, i int, one, other any) {
	t.Helper()
	alike := cmp.Comparer(func(a, b time.Duration) bool { return (a - b).Abs() < 100*time.Microsecond })
	if diff := cmp.Diff(one, other, alike, cmp.AllowUnexported(grant{})); diff != "" {
		t.Fatalf("step %d (-in process +in Redis):\n%s", i, diff)
	}
}
