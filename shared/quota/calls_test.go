package quota_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2/server"
)

// TestRedisCalls has eight processes of ten callers share a quota with little more
// than one script call for a permit.
func TestRedisCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		redis := bubbleRedis(t)
		list := processes(t, redis, 8, 20)
		if _, err := redis.Dial(); err != nil { // starts it
			t.Fatal(err)
		}
		var scripts atomic.Int64
		redis.Server().SetPreHook(func(_ *server.Peer, command string, _ ...string) bool {
			if strings.HasPrefix(command, "EVAL") {
				scripts.Add(1)
			}
			return false
		})
		s := &service{limit: 1 << 20}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var all sync.WaitGroup
		for _, q := range list {
			all.Go(func() { use(ctx, q, s, 10, 10*time.Millisecond) })
		}
		all.Wait()
		each := float64(scripts.Load()) / float64(len(s.accepted))
		t.Logf("%d permits, %.2f script calls for each", len(s.accepted), each)
		if each > 1.5 {
			t.Errorf("%.2f script calls for a permit, want at most 1.5", each)
		}
	})
}
