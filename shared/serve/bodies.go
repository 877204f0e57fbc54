package serve

import (
	"context"
	"io"
	"net/http"
	"time"

	"signalbox/shared/web"
)

const (
	// maxBodies is how many bodies are held at once, and bodyWait how long the
	// next one waits for room.
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
	room := make(chan struct{}, maxBodies)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		b := &body{Reader: r.Body, ctx: r.Context(), room: room}
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

	ctx   context.Context //nolint:containedctx // Of the one request that the body belongs to.
	room  chan struct{}
	held  bool
	whole bool // its end has been read
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
	timer := time.NewTimer(bodyWait)
	defer timer.Stop()
	select {
	case b.room <- struct{}{}:
		b.held = true
		return nil
	case <-b.ctx.Done():
		return context.Cause(b.ctx)
	case <-timer.C:
		return web.NewError(http.StatusServiceUnavailable, "too-many-bodies",
			"Too many requests with a body at once; try again after the time in Retry-After.").RetryAfter(bodyWait)
	}
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
		<-b.room
	}
}
