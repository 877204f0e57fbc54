package slacktest

import "time"

// bucket holds up to size permits and gains one every so often. Its zero time
// means full.
type bucket struct {
	size  int
	every time.Duration
	full  time.Time // when it will be full again
}

// take takes a permit, or returns how long there is none.
func (b *bucket) take(now time.Time) time.Duration {
	if b.full.Before(now) {
		b.full = now
	}
	next := b.full.Add(b.every)
	if excess := next.Sub(now) - time.Duration(b.size)*b.every; excess > 0 {
		return excess
	}
	b.full = next
	return 0
}
