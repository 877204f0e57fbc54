package conversion

import (
	"net/http"
	"time"

	"signalbox/shared/web"
)

// oneAtATime has requests be answered one after the other, since each may have a hundred
// thousand groups read, which would take the time, and the memory, of the events that come
// meanwhile. One that would wait for longer than a request may take is refused.
func (f *Function) oneAtATime(h web.HandlerFunc) web.HandlerFunc {
	busy := make(chan struct{}, 1)
	return func(w http.ResponseWriter, r *http.Request) error {
		wait := time.NewTimer(f.config.Timeout)
		defer wait.Stop()
		select {
		case busy <- struct{}{}:
			defer func() { <-busy }()
			return h(w, r)
		case <-r.Context().Done():
			return r.Context().Err()
		case <-wait.C:
			return web.NewError(http.StatusServiceUnavailable, "too-many-readers",
				"Too many want to see windows at once; try again after the time in Retry-After.").RetryAfter(readersWait)
		}
	}
}

// readersWait is after which time one that was refused for others may come again.
const readersWait = 10 * time.Second
