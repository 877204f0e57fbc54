package quota_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"

	"signalbox/shared/quota"
)

// spend has every process use the quota as fast as it can and returns how many
// calls were made in each span between the given times.
func spend(ctx context.Context, processes []quota.Quota, spans ...time.Duration) []int {
	s := &service{limit: 1 << 20}
	end := time.Duration(0)
	for _, span := range spans {
		end += span
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, end)
	defer cancel()
	var all sync.WaitGroup
	for _, q := range processes {
		all.Go(func() { use(ctx, quota.Background{Quota: q}, s, 5, time.Millisecond) })
	}
	all.Wait()
	var counts []int
	from := start
	for _, span := range spans {
		counts = append(counts, between(s.accepted, from, from.Add(span)))
		from = from.Add(span)
	}
	return counts
}

// TestClockSteps has Redis's clock step forth by 10 minutes and then back.
func TestClockSteps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		redis := bubbleRedis(t)
		list := processes(t, redis, 4, 20)
		var offset atomic.Int64
		setClock(t, redis, &offset)
		const span = 10 * time.Second
		for i, step := range []time.Duration{10 * time.Minute, -10 * time.Minute, -30 * time.Second, 0} {
			time.AfterFunc(time.Duration(i+1)*span, func() { offset.Store(int64(step)) })
		}
		for i, n := range spend(t.Context(), list, span, span, span, span, span) {
			if n < 180 || n > 204 {
				t.Errorf("%d calls in span %d, want 200", n, i)
			}
		}
	})
}

// setClock moves Redis's clock away from the bubble's.
func setClock(t *testing.T, redis *miniredis.Miniredis, offset *atomic.Int64) {
	t.Helper()
	if _, err := redis.Dial(); err != nil { // starts it
		t.Fatal(err)
	}
	redis.Server().SetPreHook(func(_ *server.Peer, command string, _ ...string) bool {
		if strings.HasPrefix(command, "EVAL") { // not what the script calls
			redis.SetTime(time.Now().Add(time.Duration(offset.Load())))
		}
		return false
	})
}

// TestKeysLost has Redis lose its keys every half second.
func TestKeysLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		redis := bubbleRedis(t)
		list := processes(t, redis, 4, 20)
		stop := make(chan struct{})
		go func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(500 * time.Millisecond):
					redis.FlushAll()
				}
			}
		}()
		n := spend(t.Context(), list, 30*time.Second)[0]
		close(stop)
		t.Logf("%.3f of the quota", float64(n)/600)
		if n > 660 || n < 400 {
			t.Errorf("%d calls in 30s although keys are lost, want at most 1.1 times 600 and not much less", n)
		}
	})
}

// TestPaceSurvivesLostKeys has the pace be known to the processes alone.
func TestPaceSurvivesLostKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		redis := bubbleRedis(t)
		list := processes(t, redis, 2, 20)
		come(t.Context(), list, 20, time.Hour)
		for range 10 {
			time.Sleep(1100 * time.Millisecond)
			list[0].Throttled(t.Context(), "A", 0)
		}
		come(t.Context(), list, 10, time.Hour)
		redis.FlushAll()
		if grants, _ := come(t.Context(), list, 25, time.Hour); grants[24] < 1900*time.Millisecond {
			t.Errorf("25 permits in %v, want the pace of under 13 a second that was found before", grants[24])
		}
	})
}

// TestShareIsNoPace has Redis come back without its keys after an outage in which
// each process kept to its share.
func TestShareIsNoPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		redis := bubbleRedis(t)
		list := processes(t, redis, 3, 20)
		time.AfterFunc(5*time.Second, func() { redis.SetError("LOADING Redis is loading the dataset in memory") })
		time.AfterFunc(10*time.Second, func() {
			redis.FlushAll()
			redis.SetError("")
		})
		n := spend(t.Context(), list, 5*time.Second, 5*time.Second, 2*time.Second, 10*time.Second)
		if n[1] > 40 || n[3] < 180 || n[3] > 204 {
			t.Errorf("%d calls in the 5s without Redis and %d in 10s after it, want the processes' shares and then the 200 of the quota", n[1], n[3])
		}
	})
}

// TestNonsenseInRedis has the keys hold what they cannot hold.
func TestNonsenseInRedis(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"nan", "inf", "-inf", "1e300", "-1e300", "x", "9007199254740993"} {
		synctest.Test(t, func(t *testing.T) {
			redis := bubbleRedis(t)
			list := processes(t, redis, 1, 20)
			for field := range strings.FieldsSeq("next closed asked0 asked1 wanted floor found since s0 s1 s2 s3 p0 p1 p2 p3 r0 r1 r2 r3") {
				redis.HSet("signalbox:quota:a:{A}", field, value)
			}
			list[0].Throttled(t.Context(), "A", 0)
			for field := range strings.FieldsSeq("next closed asked0 asked1 wanted floor found since") {
				redis.HSet("signalbox:quota:a:{A}", field, value)
			}
			if grants, failed := come(t.Context(), list, 5, time.Minute); failed > 0 || grants[4] > 10*time.Second || grants[4] < 199*time.Millisecond {
				t.Errorf("%s: 5 permits took %v and %d failed", value, grants, failed)
			}
		})
	}
}

// TestRefusedByRedis has Redis ask for a password that it was not given.
func TestRefusedByRedis(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit func(*miniredis.Miniredis)
		want string
	}{
		{"no password", func(m *miniredis.Miniredis) { m.RequireAuth("secret") }, "NOAUTH"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := miniredis.RunT(t)
			tt.edit(server)
			var log strings.Builder
			q := openRedis(t, server.Addr(), 200, &log)
			for range 5 {
				if err := q.Wait(t.Context(), "A"); err != nil {
					t.Errorf("Wait = %v, want nil by this process's share", err)
				}
			}
			if err := q.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Ready = %v, want %s", err, tt.want)
			}
			if n := strings.Count(log.String(), "redis refuses"); n != 1 || strings.Contains(log.String(), "unavailable") {
				t.Errorf("the log says %d times that redis refuses, want once, and nothing of unavailable:\n%s", n, log.String())
			}
		})
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	q := openRedis(t, server.Addr(), 20, &strings.Builder{})
	if err := q.Ready(t.Context()); err != nil {
		t.Errorf("Ready = %v, want nil", err)
	}
	server.Close()
	if err := q.Ready(t.Context()); err == nil {
		t.Error("Ready without Redis is nil")
	}
}
