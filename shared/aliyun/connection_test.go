package aliyun_test

import (
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/quota"
)

// tlsServer serves cloud over TLS, by HTTP/2 or not, and counts its connections.
func tlsServer(t *testing.T, cloud http.Handler, http2 bool) (server *httptest.Server, opened *atomic.Int32) {
	t.Helper()
	opened = new(atomic.Int32)
	server = httptest.NewUnstartedServer(cloud)
	server.EnableHTTP2 = http2
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, opened
}

// trusting returns the client's own HTTP client, which knows server's certificate.
func trusting(t *testing.T, server *httptest.Server) *http.Client {
	t.Helper()
	client := aliyun.NewHTTPClient()
	transport, ok := client.Transport.(*http.Transport)
	if !ok {
		t.Fatalf("the transport is a %T", client.Transport)
	}
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone() //nolint:forcetypeassert // httptest's own
	transport.TLSClientConfig.RootCAs = pool
	transport.TLSHandshakeTimeout = time.Minute // many at once on few processors
	t.Cleanup(transport.CloseIdleConnections)
	return client
}

// proxy passes connections on to an address, until it swallows what they carry.
type proxy struct {
	net.Listener

	to string
	mu sync.Mutex
	// swallowed is closed when the connections of now become silent.
	swallowed chan struct{}
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: listener, to: to, swallowed: make(chan struct{})}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.to)
			if err != nil {
				_ = conn.Close()
				return
			}
			t.Cleanup(func() { _, _ = conn.Close(), out.Close() })
			p.mu.Lock()
			silent := p.swallowed
			p.mu.Unlock()
			go pass(out, conn, silent)
			go pass(conn, out, silent)
		}
	}()
	return p
}

// pass copies until silent is closed, and then only reads.
func pass(to io.Writer, from io.Reader, silent <-chan struct{}) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		select {
		case <-silent:
		default:
			_, _ = to.Write(buffer[:n])
		}
		if err != nil {
			return
		}
	}
}

// swallow makes the connections of now silent, but does not close them.
func (p *proxy) swallow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.swallowed)
	p.swallowed = make(chan struct{})
}

// TestDeadConnectionIsReplaced has a connection that nothing comes out of any more,
// as when a NAT has forgotten it, by each version of HTTP.
func TestDeadConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{true, false} {
		t.Run(fmt.Sprintf("HTTP/2 %v", http2), func(t *testing.T) {
			t.Parallel()
			cloud := aliyuntest.New(aliyuntest.Options{})
			server, _ := tlsServer(t, cloud, http2)
			between := newProxy(t, server.Listener.Addr().String())
			var tried []aliyun.Attempt
			client, _, _ := setup(t, aliyuntest.Options{}, func(c *aliyun.Config) {
				c.Endpoint, c.HTTPClient = "https://"+between.Addr().String(), trusting(t, server)
				c.Observe = func(a aliyun.Attempt) { tried = append(tried, a) }
			})
			if err := lookup(t.Context(), client, cloud); err != nil {
				t.Fatal(err)
			}
			between.swallow()
			start := time.Now()
			if err := lookup(t.Context(), client, cloud); err != nil || len(tried) != 3 {
				t.Errorf("a call on a dead connection = %v after %v and %d attempts, want success by the second", err, time.Since(start), len(tried)-1)
			}
			t.Logf("the call took %v", time.Since(start).Round(time.Millisecond))
		})
	}
}

// TestConnectionsAreKept makes 2,000 calls, 200 at once.
func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	const atOnce, all = 200, 2000
	for _, http2 := range []bool{true, false} {
		t.Run(fmt.Sprintf("HTTP/2 %v", http2), func(t *testing.T) {
			t.Parallel()
			cloud := aliyuntest.New(aliyuntest.Options{QPS: map[string]int{"GetCardFlowInfo": 1 << 20}})
			server, opened := tlsServer(t, cloud, http2)
			var failed atomic.Int32
			client, _, _ := setup(t, aliyuntest.Options{}, func(c *aliyun.Config) {
				c.Endpoint, c.HTTPClient, c.Quota = server.URL, trusting(t, server), quota.NewLocal(1<<20)
				// A machine that is too slow for a call costs a connection, and not the test.
				c.AttemptTimeout, c.MaxAttempts, c.Background = time.Minute, 10, true
				c.Observe = func(a aliyun.Attempt) {
					if a.Failure != nil {
						failed.Add(1)
					}
				}
			})
			var callers sync.WaitGroup
			for range atOnce {
				callers.Go(func() {
					for range all / atOnce {
						if err := lookup(t.Context(), client, cloud); err != nil {
							t.Error(err)
						}
					}
				})
			}
			callers.Wait()
			t.Logf("%d connections for %d calls, %d at once; %d failed", opened.Load(), all, atOnce, failed.Load())
			// A call that finds no connection free opens one, though one may become free before
			// that is done: on a slow machine some callers of the first moments do so twice.
			if n := opened.Load(); n > 2*atOnce+failed.Load() {
				t.Errorf("%d connections, want about %d, as one a caller", n, atOnce)
			}
		})
	}
}
