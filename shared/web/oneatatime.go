package web

import (
	"net/http"
	"time"
)

// OneAtATime has requests be answered one after the other, since each takes so much that
// several at once would keep others from theirs. One that would wait for longer than wait is
// refused, with detail, such as "Too many want to see windows at once".
func OneAtATime(wait time.Duration, detail string, h HandlerFunc) HandlerFunc {
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
			return NewError(http.StatusServiceUnavailable, "too-many-readers",
				detail+"; try again after the time in Retry-After.").RetryAfter(readersWait)
		}
	}
}

// readersWait is after which time one that was refused for others may come again.
const readersWait = 10 * time.Second
