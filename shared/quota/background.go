package quota

import (
	"context"
	"sync"
	"time"
)

// lookahead is how far ahead of its time background work takes permits: whoever
// does not work in the background waits at most this long for it.
const lookahead = 100 * time.Millisecond

// largest is how many permits are taken at once at the most.
const largest = 500

// lateness is how late a permit may be used. Later, it would be one call too many
// for the second that has begun since.
const lateness = 5 * time.Millisecond

// Background takes permits of a quota for work that can wait, such as a sweep:
// only few at a time, so that a lookup that somebody waits for comes in between.
// It is safe for concurrent use.
type Background struct {
	from source
	size int // permits taken at once

	mu    sync.Mutex
	lines map[string]*line
}

var _ Quota = (*Background)(nil)

// line is the background work that waits for one action.
type line struct {
	first   chan struct{} // held by the first of those who wait
	permits []time.Time   // taken and not used yet, by their times; belongs to the first
}

// Background returns a quota that takes its permits of l after everybody else.
func (l *Local) Background() *Background { return newBackground(l) }

// Background returns a quota that takes its permits of r after everybody else.
func (r *Redis) Background() *Background { return newBackground(r) }

func newBackground(from source) *Background {
	size := min(max(1, int(from.speed()*lookahead.Seconds())), largest)
	return &Background{from: from, size: size, lines: make(map[string]*line)}
}

// Throttled slows the action down for everybody, see [Quota].
func (b *Background) Throttled(ctx context.Context, action string, retryAfter time.Duration) {
	b.from.Throttled(ctx, action, retryAfter)
}

// Wait waits for one permit, see [Quota].
func (b *Background) Wait(ctx context.Context, action string) error {
	l := b.line(action)
	select {
	case l.first <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	permit, err := b.next(ctx, l, action)
	if err != nil {
		<-l.first
		return err
	}
	// Who has the last permit of a batch stays the first until its time: the next
	// batch is taken no earlier.
	if len(l.permits) > 0 {
		<-l.first
		return sleep(ctx, time.Until(permit))
	}
	defer func() { <-l.first }()
	return sleep(ctx, time.Until(permit))
}

// next returns the next permit, from a new batch where the last one is used up or
// was not used in time. The caller is the first.
func (b *Background) next(ctx context.Context, l *line, action string) (time.Time, error) {
	if len(l.permits) == 0 || time.Since(l.permits[0]) > lateness {
		first, step, err := b.from.reserve(ctx, action, b.size)
		if err != nil {
			return time.Time{}, err
		}
		l.permits = spaced(time.Now().Add(first), step, b.size)
	}
	permit := l.permits[0]
	if wait := time.Until(permit); wait >= patience(ctx) {
		return time.Time{}, &ExhaustedError{Action: action, RetryAfter: wait}
	}
	l.permits = l.permits[1:]
	return permit, nil
}

// spaced returns the times of n permits.
func spaced(first time.Time, step time.Duration, n int) []time.Time {
	list := make([]time.Time, n)
	for i := range list {
		list[i] = first.Add(time.Duration(i) * step)
	}
	return list
}

func (b *Background) line(action string) *line {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.lines[action]
	if !ok {
		l = &line{first: make(chan struct{}, 1)}
		b.lines[action] = l
	}
	return l
}

// Answered takes note of how long a call took, see [Quota].
func (*Background) Answered(string, time.Duration) {}
