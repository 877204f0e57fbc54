package quota

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Local keeps the quota within this process. It is safe for concurrent use;
// waiters are served in the order they came.
type Local struct {
	perSecond float64

	mu    sync.Mutex
	gates map[string]*gate
}

var _ source = (*Local)(nil)

// gate is the way to one action.
type gate struct {
	pace    pace
	limiter *rate.Limiter
	closed  time.Time // until when Alibaba asked to wait
}

// NewLocal allows perSecond calls a second of each action.
func NewLocal(perSecond float64) *Local {
	return &Local{perSecond: perSecond * margin, gates: make(map[string]*gate)}
}

// Wait waits for one permit, see [Quota].
func (l *Local) Wait(ctx context.Context, action string) error { return wait(ctx, l, action) }

// Throttled slows the action down, see [Quota].
func (l *Local) Throttled(_ context.Context, action string, retryAfter time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g, now := l.gate(action), time.Now()
	g.pace.throttled(now)
	if until := now.Add(retryAfter); until.After(g.closed) {
		g.closed = until
	}
}

func (l *Local) speed() float64 { return l.perSecond }

func (l *Local) reserve(ctx context.Context, action string, n int) (first, step time.Duration, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g, now := l.gate(action), time.Now()
	speed := g.pace.at(now)
	g.limiter.SetLimitAt(now, rate.Limit(speed))
	permit := g.limiter.ReserveN(now, 1)
	first = max(permit.DelayFrom(now), g.closed.Sub(now))
	if first >= patience(ctx) {
		permit.CancelAt(now)
		return 0, 0, &ExhaustedError{Action: action, RetryAfter: first}
	}
	for range n - 1 {
		g.limiter.ReserveN(now, 1)
	}
	g.pace.accepted.add(now.Add(first), float64(n))
	return first, time.Duration(float64(time.Second) / speed), nil
}

// gate returns the gate of an action. The caller holds mu.
func (l *Local) gate(action string) *gate {
	g, ok := l.gates[action]
	if !ok {
		g = &gate{pace: pace{quota: l.perSecond}, limiter: rate.NewLimiter(rate.Limit(l.perSecond), 1)}
		l.gates[action] = g
	}
	return g
}

// Answered takes note of how long a call took, see [Quota].
func (*Local) Answered(string, time.Duration) {}
