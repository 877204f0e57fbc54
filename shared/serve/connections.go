package serve

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// maxConnections is how many clients may be connected at once.
	maxConnections = 1000
	// leastIdle is how long each of them has to send a request, however many
	// others want its room.
	leastIdle = time.Second
)

// connections is a listener that keeps at most a number of connections. To make
// room for one more it closes the one that has been idle for longest, that is
// without a request being answered: a client that has sent half a header is as
// idle as one that has sent nothing, and so is one that does not read its answer.
// Where none has been idle for leastIdle, the next client waits, and whoever gets an
// answer meanwhile is not kept.
type connections struct {
	net.Listener

	most int

	mu      sync.Mutex
	changed sync.Cond
	closed  bool
	crowded bool // somebody waits for room
	// open has since when each is idle; zero: it is in use.
	open map[*connection]time.Time
}

func limitConnections(listener net.Listener, most int) *connections {
	c := &connections{Listener: listener, most: most, open: make(map[*connection]time.Time)}
	c.changed.L = &c.mu
	return c
}

// Accept waits for the next client, and for room.
func (c *connections) Accept() (net.Conn, error) {
	accepted, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	client := &connection{Conn: accepted, all: c}
	if !c.admit(client) {
		_ = accepted.Close() // Nobody is served any more.
		return nil, net.ErrClosed
	}
	return client, nil
}

func (c *connections) admit(client *connection) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() { c.crowded = false }()
	for len(c.open) >= c.most && !c.closed {
		c.crowded = true
		longest, idle := c.longestIdle(time.Now())
		switch {
		case longest == nil:
			c.changed.Wait()
		case idle < leastIdle:
			timer := time.AfterFunc(leastIdle-idle, c.wake)
			c.changed.Wait()
			timer.Stop()
		default:
			delete(c.open, longest)
			_ = longest.Conn.Close() // Its goroutine finds out by itself.
		}
	}
	c.open[client] = time.Now()
	return !c.closed
}

// wake has the next client look again. With the lock it cannot come between the
// look and the wait.
func (c *connections) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changed.Signal()
}

// longestIdle is nil where all are in use.
func (c *connections) longestIdle(now time.Time) (longest *connection, idle time.Duration) {
	for client, since := range c.open {
		if !since.IsZero() && (longest == nil || now.Sub(since) > idle) {
			longest, idle = client, now.Sub(since)
		}
	}
	return longest, idle
}

// set says since when client is idle, unless it has been closed, and returns what
// was so before.
func (c *connections) set(client *connection, since time.Time) (before time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, open := c.open[client]
	if open {
		c.open[client] = since
	}
	c.changed.Signal()
	return before
}

// Close ends listening, and waiting for room.
func (c *connections) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.changed.Broadcast()
	return c.Listener.Close()
}

// connection is one of connections.
type connection struct {
	net.Conn

	all *connections
}

// Close makes room.
func (c *connection) Close() error {
	c.all.mu.Lock()
	delete(c.all.open, c)
	c.all.mu.Unlock()
	c.all.changed.Signal()
	return c.Conn.Close()
}

// Write waits until the client has read enough, and is idle meanwhile.
func (c *connection) Write(p []byte) (int, error) {
	before := c.all.set(c, time.Now())
	defer c.all.set(c, before)
	return c.Conn.Write(p)
}

// CloseWrite is how [http.Server] ends a connection whose client still sends.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// needed says whether another client waits for room.
func (c *connection) needed() bool {
	if c == nil {
		return false
	}
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	return c.all.crowded
}

// busy and idle say whether a request of c is being answered. A nil c is one of
// somebody else's server.
func (c *connection) busy() {
	if c != nil {
		c.all.set(c, time.Time{})
	}
}

func (c *connection) idle() {
	if c != nil {
		c.all.set(c, time.Now())
	}
}

type connectionKey struct{}

// connectionOf is the connection that a request came by, or nil.
func connectionOf(ctx context.Context) *connection {
	c, _ := ctx.Value(connectionKey{}).(*connection)
	return c
}

// watch has server say when its connections are in use: from the moment a whole
// header is there until the answer has been written.
func (c *connections) watch(server *http.Server) {
	server.ConnContext = func(ctx context.Context, client net.Conn) context.Context {
		return context.WithValue(ctx, connectionKey{}, client)
	}
	server.ConnState = func(client net.Conn, state http.ConnState) {
		if own, ok := client.(*connection); ok && state == http.StateIdle {
			own.idle()
		}
	}
	next := server.Handler
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client := connectionOf(r.Context())
		client.busy()
		if client.needed() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
