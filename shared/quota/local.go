package quota

import (
	"context"
	"sync"
	"time"
)

// Local keeps the quota within this process. It is safe for concurrent use;
// waiters are served in the order they came.
type Local struct{ *actions }

var _ Quota = (*Local)(nil)

// NewLocal allows perSecond calls a second of each action.
func NewLocal(perSecond float64) *Local {
	return &Local{newActions(newLocalEngine(perSecond))}
}

// Background returns l for callers that let all others go first.
func (l *Local) Background() Background { return Background{l} }

// Ready returns nil: there is nothing outside the process.
func (*Local) Ready(context.Context) error { return nil }

// actions are the queues of all actions.
type actions struct {
	engine engine

	mu     sync.Mutex
	queues map[string]*queue
}

func newActions(e engine) *actions {
	return &actions{engine: e, queues: make(map[string]*queue)}
}

// Wait waits for one permit, see [Quota].
func (a *actions) Wait(ctx context.Context, action string) error {
	return a.queue(action).wait(ctx)
}

// Throttled slows the action down for everybody, see [Quota].
func (a *actions) Throttled(ctx context.Context, action string, retryAfter time.Duration) {
	a.queue(action).throttled(ctx, retryAfter)
}

// Answered takes note of how long a call took, see [Quota].
func (a *actions) Answered(action string, took time.Duration) {
	q := a.queue(action)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.calls.answered(took, time.Now())
}

func (a *actions) queue(action string) *queue {
	a.mu.Lock()
	defer a.mu.Unlock()
	q, ok := a.queues[action]
	if !ok {
		q = &queue{engine: a.engine, action: action}
		a.queues[action] = q
	}
	return q
}

// localEngine keeps timelines in this process.
type localEngine struct {
	perSecond float64
	began     time.Time

	mu        sync.Mutex
	timelines map[string]*timeline
}

func newLocalEngine(perSecond float64) *localEngine {
	return &localEngine{perSecond: perSecond * margin, began: time.Now(), timelines: make(map[string]*timeline)}
}

func (l *localEngine) book(action string, r request) grant {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.timeline(action).book(time.Since(l.began), r)
}

func (l *localEngine) throttled(_ context.Context, action string, retryAfter time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.timeline(action).throttled(time.Since(l.began), retryAfter)
}

// timeline returns the timeline of an action. The caller holds mu.
func (l *localEngine) timeline(action string) *timeline {
	t, ok := l.timelines[action]
	if !ok {
		t = &timeline{pace: pace{quota: l.perSecond}}
		l.timelines[action] = t
	}
	return t
}
