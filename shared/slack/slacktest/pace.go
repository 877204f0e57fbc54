package slacktest

import (
	"net/http"
	"strconv"
	"time"
)

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

// setRetryAfter says how long to wait in whole seconds, at least one.
func setRetryAfter(h http.Header, wait time.Duration) {
	seconds := max(1, int((wait+time.Second-1)/time.Second))
	h.Set("Retry-After", strconv.Itoa(seconds))
}
