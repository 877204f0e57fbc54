package quota

import (
	"sync"
	"time"

	"signalbox/shared/redisdial"
)

// redisPause is how long a Redis that failed is not called.
const redisPause = time.Second

// change is how a call of Redis went, compared with the one before it.
type change int

const (
	same change = iota
	available
	unavailable
	refused
)

// link is whether Redis can be used. The zero value: it can, as far as known.
type link struct {
	mu    sync.Mutex
	err   error // of the last call
	state change
	until time.Time // no call is made
}

// paused returns why Redis is not called now, nil where it is.
func (l *link) paused(now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil && now.Before(l.until) {
		return l.err
	}
	return nil
}

// last returns how the last call went; not known where there was none.
func (l *link) last() (ok, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state == available, l.state != same
}

// note takes note of how a call ended and returns what that changes.
func (l *link) note(err error, now time.Time) change {
	var state change
	switch {
	case err == nil:
		state = available
	case redisdial.Permanent(err):
		state = refused
	default:
		state = unavailable
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.state
	l.err, l.state, l.until = err, state, now.Add(redisPause)
	if state == before || before == same && state == available {
		return same
	}
	return state
}
