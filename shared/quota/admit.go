package quota

import (
	"context"
	"math"
	"time"
)

const (
	// longest is how long a caller without a deadline may be made to wait.
	longest = time.Hour
	// longWait is a wait that says that there is a queue, and burst how long
	// all may have waited that long before it counts as a standing one.
	longWait = 250 * time.Millisecond
	burst    = 2 * time.Second
	// standingWait is how long a caller may be expected to wait in a standing queue.
	standingWait = 650 * time.Millisecond
	// forgotten is how long after the last answer the time that it took counts.
	forgotten = 10 * time.Second
)

// patience returns how long a caller may wait for its permit.
func patience(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(time.Until(deadline), longest)
	}
	return longest
}

// admit says why a caller with so many before it may not wait.
func (q *queue) admit(w *waiter, position int, now time.Time) error {
	if w.class == foreground && position == 0 {
		q.standing.idle(now)
	}
	wait := q.expected(position, now)
	if wait > q.accepted(w, position, now) || w.until.Sub(now) < q.calls.expected(now) {
		return q.exhausted(w, position, wait, now)
	}
	return nil
}

// accepted is how long a caller may be expected to wait.
func (q *queue) accepted(w *waiter, position int, now time.Time) time.Duration {
	total, call := w.until.Sub(w.arrived), q.calls.expected(now)
	if w.class == background || position == 0 {
		return total - call
	}
	if q.standing.on {
		return max(0, min(total/2-call, q.staying.stretch(standingWait)))
	}
	return max(0, total/2-call)
}

// exhausted refuses a caller that was expected to wait for so long. It may come
// back when the queue is short enough, or, with nobody before it, for its permit.
func (q *queue) exhausted(w *waiter, position int, wait time.Duration, now time.Time) error {
	retryAfter := wait
	if position > 0 {
		// Until then those who wait will have waited long.
		retryAfter -= min(standingWait, q.accepted(w, position, now))
	}
	if w.until.Sub(w.arrived) < q.calls.expected(now) {
		retryAfter = max(retryAfter, q.calls.at.Add(forgotten).Sub(now))
	}
	return &ExhaustedError{Action: q.action, RetryAfter: max(retryAfter, time.Millisecond)}
}

// refuseLate refuses whoever can no longer be served in time, as far as that can
// be known.
func (q *queue) refuseLate(now time.Time) {
	position, call := 0, q.calls.expected(now)
	for c, list := range q.waiting {
		var kept []*waiter
		for _, w := range list {
			if wait := q.expected(position, now); wait > w.until.Sub(now)-call {
				w.settle(q.exhausted(w, position, wait, now))
				continue
			}
			kept = append(kept, w)
			position++
		}
		q.waiting[c] = kept
	}
}

// expected is how long a caller with so many before it is likely to wait.
func (q *queue) expected(position int, now time.Time) time.Duration {
	if position < len(q.booked) {
		return max(0, q.booked[position].at.Sub(now))
	}
	next, interval := q.seen.permits(now)
	wait := max(0, next.Sub(now))
	if interval > q.seen.step {
		wait = max(wait, interval)
	}
	if n := len(q.booked); n > 0 {
		wait = max(wait, q.booked[n-1].at.Sub(now)+interval)
	}
	return wait + time.Duration(position-len(q.booked))*interval
}

// staying is how many of those who wait stay until their permit comes.
type staying struct{ left float64 }

func (s *staying) saw(left float64) { s.left += (left - s.left) / 32 }

// stretch makes a wait longer where some leave: those before a caller then take less
// of it, and those who will leave have to have left before their permit, or it is lost.
// The share that stays is at least two in five: callers that all left at once say
// little of the next.
func (s *staying) stretch(wait time.Duration) time.Duration {
	share := max(0.4, 1-s.left)
	return time.Duration(float64(wait) / (share * math.Sqrt(share)))
}

// callTime is how long calls take: the mean and its deviation, as TCP estimates
// round trips (RFC 6298).
type callTime struct {
	mean, deviation time.Duration
	at              time.Time // of the last answer
}

func (c *callTime) answered(took time.Duration, now time.Time) {
	if c.at.IsZero() {
		c.mean, c.deviation = took, took/2
	} else {
		c.deviation += ((took - c.mean).Abs() - c.deviation) / 4
		c.mean += (took - c.mean) / 8
	}
	c.at = now
}

// expected is how long a call is likely to take at most; zero where none was
// answered lately, since nothing would be learned where none is made.
func (c *callTime) expected(now time.Time) time.Duration {
	if now.Sub(c.at) > forgotten {
		return 0
	}
	return c.mean + 2*c.deviation
}

// standing finds out whether the queue is a standing one, in CoDel's sense (RFC
// 8289): from when everybody has waited long for the length of a burst, until
// nobody has for as long.
type standing struct {
	on    bool
	since time.Time // the waits say the opposite since then; zero: they do not
	last  time.Time // somebody was served
}

func (s *standing) served(waited time.Duration, now time.Time) {
	s.last = now
	switch {
	case waited >= longWait == s.on:
		s.since = time.Time{}
	case s.since.IsZero():
		s.since = now
	case now.Sub(s.since) > burst:
		s.on, s.since = !s.on, time.Time{}
	}
}

// idle says that nobody waits.
func (s *standing) idle(now time.Time) {
	if now.Sub(s.last) > burst {
		*s = standing{last: s.last}
	}
}
