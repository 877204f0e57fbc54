package serve

import (
	"context"
	"io"
	"net/http"
	"time"

	"golang.org/x/sync/semaphore"

	"signalbox/shared/web"
)

const (
	// maxBodies is how many bodies of up to [web.MaxBody] are held at once, and
	// bodyWait how long the next one waits for room. A larger one takes the room of
	// several.
	maxBodies = 16
	bodyWait  = time.Second
	// unreadWait is how long the rest of a body may take that nobody reads. A
	// client that gets its answer before it has sent everything may miss it.
	unreadWait = time.Second
)

// limitBodies bounds what callers can have us keep. A body takes room when it is
// first read, so that a request that is refused before takes none, and gives it
// back when it is closed.
func limitBodies(next http.Handler) http.Handler {
	room := semaphore.NewWeighted(maxBodies)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		b := &body{Reader: r.Body, ctx: r.Context(), room: room, weight: weight(r.ContentLength)}
		limited := r.WithContext(r.Context())
		limited.Body = b
		next.ServeHTTP(w, limited)
		b.release()
		if !b.whole {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(unreadWait)) // A server of somebody else's may have none.
		}
	})
}

// body is a request's body that waits for room. It is for one goroutine.
type body struct {
	io.Reader

	ctx    context.Context //nolint:containedctx // Of the one request that the body belongs to.
	room   *semaphore.Weighted
	weight int64
	held   bool
	whole  bool // its end has been read
}

// Read waits for room at first. A body that finds none is a 503.
func (b *body) Read(p []byte) (int, error) {
	if err := b.takeRoom(); err != nil {
		return 0, err
	}
	n, err := b.Reader.Read(p)
	b.whole = b.whole || err == io.EOF
	return n, err
}

func (b *body) takeRoom() error {
	if b.held {
		return nil
	}
	wait, cancel := context.WithTimeout(b.ctx, bodyWait)
	defer cancel()
	if err := b.room.Acquire(wait, b.weight); err == nil {
		b.held = true
		return nil
	}
	if err := context.Cause(b.ctx); err != nil {
		return err
	}
	return web.NewError(http.StatusServiceUnavailable, "too-many-bodies",
		"Too many requests with a body at once; try again after the time in Retry-After.").RetryAfter(bodyWait)
}

// weight is how much of the room a body takes: a quarter, if its length is not known.
func weight(length int64) int64 {
	if length < 0 {
		return maxBodies / 4
	}
	return min((length+web.MaxBody-1)/web.MaxBody, maxBodies)
}

// Close gives the room back. The server closes the body itself, which may take as
// long as the client does to send the rest of it.
func (b *body) Close() error {
	b.release()
	return nil
}

func (b *body) release() {
	if b.held {
		b.held = false
		b.room.Release(b.weight)
	}
}
