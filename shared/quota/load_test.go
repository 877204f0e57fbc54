package quota_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"signalbox/shared/logging"
	"signalbox/shared/quota"
)

// load is callers that come one by one, each to the next process.
type load struct {
	perSecond float64 // callers
	span      time.Duration
	deadlines []time.Duration // one caller has the first, the next the next, and so on
	hangUp    time.Duration   // after which every other caller leaves; 0: none does
	upstream  time.Duration   // how long a call takes
}

// outcome is what became of the callers.
type outcome struct {
	answered map[time.Duration][]time.Duration // how long it took, by deadline
	calls    int
	unread   int // calls whose caller had left
	refused  int
}

func (o *outcome) all() int {
	n := 0
	for _, list := range o.answered {
		n += len(list)
	}
	return n
}

// p99 returns how long the answered with that deadline waited at most, but for one
// in a hundred.
func (o *outcome) p99(deadline time.Duration) time.Duration {
	list := slices.Sorted(slices.Values(o.answered[deadline]))
	if len(list) == 0 {
		return 0
	}
	return list[len(list)*99/100]
}

// run has the callers come to the processes and returns when the last has left.
func (l load) run(ctx context.Context, processes []quota.Quota) *outcome {
	random := rand.New(rand.NewPCG(1, 2))
	o := &outcome{answered: map[time.Duration][]time.Duration{}}
	var mu sync.Mutex
	var callers sync.WaitGroup
	start := time.Now()
	for i := 0; time.Since(start) < l.span; i++ {
		deadline := l.deadlines[i%len(l.deadlines)]
		hangUp := deadline
		if l.hangUp > 0 && random.IntN(2) == 0 {
			hangUp = l.hangUp
		}
		q := processes[random.IntN(len(processes))]
		callers.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, deadline)
			defer cancel()
			stop := time.AfterFunc(hangUp, cancel)
			defer stop.Stop()
			came := time.Now()
			err := q.Wait(ctx, "A")
			if err == nil {
				time.Sleep(l.upstream)
				q.Answered("A", l.upstream)
			}
			mu.Lock()
			defer mu.Unlock()
			_, exhausted := errors.AsType[*quota.ExhaustedError](err)
			switch {
			case exhausted:
				o.refused++
			case err != nil, time.Since(start) > l.span: // of permits after it
			case ctx.Err() != nil:
				o.calls++
				o.unread++
			default:
				o.calls++
				o.answered[deadline] = append(o.answered[deadline], time.Since(came))
			}
		})
		time.Sleep(time.Duration(random.ExpFloat64() / l.perSecond * float64(time.Second)))
	}
	callers.Wait()
	return o
}

// bubbleRedis is a Redis that can be used in a bubble. Its clock is the bubble's.
func bubbleRedis(t *testing.T) *miniredis.Miniredis {
	t.Helper()
	server := miniredis.NewMiniRedis()
	t.Cleanup(server.Close)
	return server
}

// processes returns so many quotas that know of one another through server alone.
func processes(t *testing.T, server *miniredis.Miniredis, n int, perSecond float64) []quota.Quota {
	t.Helper()
	var list []quota.Quota
	for range n {
		client := redis.NewClient(&redis.Options{
			Dialer:     func(context.Context, string, string) (net.Conn, error) { return server.Dial() },
			MaxRetries: -1, DisableIdentity: true,
			// The notifications look up the host's name, which cannot be done in a bubble.
			MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		})
		t.Cleanup(func() { _ = client.Close() })
		list = append(list, quota.NewRedis(quota.RedisConfig{
			Client: client, Account: "a", PerSecond: perSecond, Share: 0.1, Logger: logging.New(&strings.Builder{}, nil),
		}))
	}
	return list
}

// fleets are the ways in which a quota is kept.
var fleets = []struct {
	name string
	open func(t *testing.T, perSecond float64) []quota.Quota
}{
	{"one process", func(_ *testing.T, perSecond float64) []quota.Quota { return []quota.Quota{quota.NewLocal(perSecond)} }},
	{"four processes", func(t *testing.T, perSecond float64) []quota.Quota {
		t.Helper()
		return processes(t, bubbleRedis(t), 4, perSecond)
	}},
}
