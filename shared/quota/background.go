package quota

import (
	"context"
	"sync"
	"time"
)

// lookahead is how far ahead of its time background work takes places: whoever
// does not work in the background waits at most this long for it.
const lookahead = 100 * time.Millisecond

// largest is how many places are taken at once at the most.
const largest = 500

// lateness is how late a place may be used. Later, it would be one call too many
// for the second that has begun since.
const lateness = 5 * time.Millisecond

// Background takes places of a quota for work that can wait, such as a sweep:
// only few at a time, so that a lookup that somebody waits for comes in between.
// It is safe for concurrent use.
type Background struct {
	from source
	size int // places taken at once

	mu    sync.Mutex
	lines map[string]*line
}

var _ Quota = (*Background)(nil)

// line is the background work that waits for one action.
type line struct {
	turn   chan struct{} // held by who takes the next place
	places []time.Time   // taken and not used yet; belongs to who has the turn
}

// Background returns a quota that takes its places of l after everybody else.
func (l *Local) Background() *Background { return newBackground(l) }

// Background returns a quota that takes its places of r after everybody else.
func (r *Redis) Background() *Background { return newBackground(r) }

func newBackground(from source) *Background {
	size := min(max(1, int(from.speed()*lookahead.Seconds())), largest)
	return &Background{from: from, size: size, lines: make(map[string]*line)}
}

// Throttled slows the action down for everybody, see [Quota].
func (b *Background) Throttled(ctx context.Context, action string, retryAfter time.Duration) {
	b.from.Throttled(ctx, action, retryAfter)
}

// Wait waits for one place, see [Quota].
func (b *Background) Wait(ctx context.Context, action string) error {
	l := b.line(action)
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	place, err := b.next(ctx, l, action)
	if err != nil {
		<-l.turn
		return err
	}
	// The turn is kept until the last place of a batch is there: the next batch
	// is taken no earlier.
	if len(l.places) > 0 {
		<-l.turn
		return sleep(ctx, time.Until(place))
	}
	defer func() { <-l.turn }()
	return sleep(ctx, time.Until(place))
}

// next returns the next place, from a new batch where the last one is used up or
// was not used in time. The caller has the turn.
func (b *Background) next(ctx context.Context, l *line, action string) (time.Time, error) {
	if len(l.places) == 0 || time.Since(l.places[0]) > lateness {
		first, step, err := b.from.reserve(ctx, action, b.size)
		if err != nil {
			return time.Time{}, err
		}
		l.places = places(time.Now().Add(first), step, b.size)
	}
	place := l.places[0]
	if wait := time.Until(place); wait >= patience(ctx) {
		return time.Time{}, &ExhaustedError{Action: action, RetryAfter: wait}
	}
	l.places = l.places[1:]
	return place, nil
}

func places(first time.Time, step time.Duration, n int) []time.Time {
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
		l = &line{turn: make(chan struct{}, 1)}
		b.lines[action] = l
	}
	return l
}
