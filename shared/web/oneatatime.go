package web

import (
	"net/http"
	"time"
)

// readersWait is after which time one that was refused for others may come again.
const readersWait = 10 * time.Second

// OneAtATime has h answer requests one after the other, since each may read a lot, which would
// take the time, and the memory, of those that come meanwhile. One that would wait for longer
// than that is refused, in these words.
func OneAtATime(wait time.Duration, refusal string, h HandlerFunc) HandlerFunc {
	busy := make(chan struct{}, 1)
	return func(w http.ResponseWriter, r *http.Request) error {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case busy <- struct{}{}:
			defer func() { <-busy }()
			return h(w, r)
		case <-r.Context().Done():
			return r.Context().Err()
		case <-timer.C:
			return NewError(http.StatusServiceUnavailable, "too-many-readers", refusal).RetryAfter(readersWait)
		}
	}
}
