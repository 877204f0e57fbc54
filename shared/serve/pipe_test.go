package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"

	"signalbox/shared/logging"
	"signalbox/shared/metric"
	"signalbox/shared/serve"
)

// pipes is a listener within the process: in a bubble of synctest, time passes on
// its connections as everywhere.
type pipes struct {
	incoming chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func newPipes() *pipes { return &pipes{incoming: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.incoming:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return address("pipe") }

type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }

// from is a connection from an address.
type from struct {
	net.Conn
	address
}

func (f from) RemoteAddr() net.Addr { return f.address }

// client is one client's connection.
type client struct {
	net.Conn
	t      *testing.T
	reader *bufio.Reader
}

func (p *pipes) dial(t *testing.T, remote string) *client {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close() })
	p.incoming <- from{theirs, address(remote)}
	return &client{Conn: ours, t: t, reader: bufio.NewReader(ours)}
}

// send writes what a request begins with; \n stands for the ends of lines.
func (c *client) send(format string, args ...any) {
	c.t.Helper()
	text := bytes.ReplaceAll(fmt.Appendf(nil, format, args...), []byte("\n"), []byte("\r\n"))
	if _, err := c.Write(text); err != nil {
		c.t.Errorf("send %.40q: %v", text, err)
	}
}

// receive reads one answer; status 0 is a connection that was closed.
func (c *client) receive() (status int, header http.Header, body string) {
	c.t.Helper()
	answer, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return 0, nil, ""
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil, ""
	}
	return answer.StatusCode, answer.Header, string(raw)
}

// served is a function behind pipes.
type served struct {
	*pipes
	end   func() // as SIGTERM does
	wait  func() // until it has ended
	logs  *bytes.Buffer
	meter *metric.Meter
}

// serveInBubble serves a function until the test's end. It is for a bubble.
func serveInBubble(t *testing.T, f serve.Function) *served {
	t.Helper()
	var logs bytes.Buffer
	f.Name, f.Logger, f.Meter = "sample", logging.New(&logs, slog.LevelInfo), metric.New()
	ctx, cancel := context.WithCancel(t.Context())
	s := &served{pipes: newPipes(), end: cancel, logs: &logs, meter: f.Meter}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := serve.ServeOn(ctx, f, s.pipes); err != nil {
			t.Errorf("serve: %v", err)
		}
	}()
	s.wait = func() { <-done }
	t.Cleanup(func() {
		cancel()
		s.wait()
	})
	return s
}
