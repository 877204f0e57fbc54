//go:build long

package e2e_test

import (
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/shared/serve/servetest"
)

// front answers a call itself, as raw bytes, where reply has some for its number, and
// passes others on to the cloud.
func front(t *testing.T, o *outside, raw func(n int) string) string {
	t.Helper()
	target, err := url.Parse(o.url)
	if err != nil {
		t.Fatal(err)
	}
	onward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host }}
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text := raw(int(calls.Add(1)))
		if text == "" {
			onward.ServeHTTP(w, r)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, strings.ReplaceAll(text, "ECHO", r.URL.RequestURI()))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// echoes has an upstream repeat what it was sent where net/http quotes it in an error.
func echoes(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	card := o.cloud.ICCID(2)
	replies := []string{
		"HTTP/1.1 ECHO\r\n\r\n", "ECHO 200 OK\r\n\r\n", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://[ECHO%zz\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: ECHO\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: ECHO\r\n\r\n",
	}
	var reply atomic.Int32
	p := o.serve(t, "cardflow", "SIGNALBOX_LOG_LEVEL=debug", "SIGNALBOX_LINKCARD_ENDPOINT="+front(t, o, func(int) string { return replies[reply.Load()] }))
	for i := range replies {
		reply.Store(int32(i))
		if got := within(t, 2*time.Second, "GET", p.URL+"/cards/"+card+"/flow", ""); got.Status > 0 {
			lacks(t, got.Body, card, "Signature", "testid")
		}
	}
	lacks(t, p.Output(), card, "Signature", "testid")
}

// silenced passes connections on, but for those that it was told to swallow.
type silenced struct {
	mu   sync.Mutex
	dead chan struct{}
}

func (s *silenced) now() chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dead
}

// swallow has nothing come out of the connections of now any more.
func (s *silenced) swallow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.dead)
	s.dead = make(chan struct{})
}

func (s *silenced) serve(listener net.Listener, to string) {
	for {
		in, err := listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", to) //nolint:noctx // closed with its other side
		if err != nil {
			in.Close()
			return
		}
		dead := s.now()
		pass := func(to, from net.Conn) {
			defer to.Close()
			for buffer := make([]byte, 32<<10); ; {
				n, err := from.Read(buffer)
				if err != nil {
					return
				}
				select {
				case <-dead:
				default:
					_, _ = to.Write(buffer[:n])
				}
			}
		}
		go pass(out, in)
		go pass(in, out)
	}
}

// overTLS serves the cloud by HTTP/2, and returns the variables of a function that
// trusts it at an address.
func (o *outside) overTLS(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(o.cloud)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func deadConnection(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	server := o.overTLS(t)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	between := &silenced{dead: make(chan struct{})}
	go between.serve(listener, server.Listener.Addr().String())
	trusted := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	p := o.serve(t, "cardflow", "SSL_CERT_FILE="+trusted, "SIGNALBOX_LINKCARD_ENDPOINT=https://"+listener.Addr().String())
	if got := within(t, patient, "GET", p.URL+o.flow(), ""); got.Status != 200 {
		t.Fatalf("a lookup = %d, %s, want 200\n%s", got.Status, got.Body, p.Output())
	}
	between.swallow()
	got := within(t, patient, "GET", p.URL+o.flow(), "")
	t.Logf("answered %d after %v", got.Status, got.Took)
	if got.Status != 200 {
		t.Errorf("a lookup on a dead connection = %d, %s after %v, want 200 by another one", got.Status, got.Body, got.Took)
	}
}

// numberOfConnections makes 2,000 calls, 200 at once.
func numberOfConnections(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60, "SIGNALBOX_LINKCARD_QPS=10000")
	var opened atomic.Int32
	server := httptest.NewUnstartedServer(o.cloud)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	p := o.serve(t, "cardflow", "SIGNALBOX_LINKCARD_ENDPOINT="+server.URL)
	atOnce(200, func(int) {
		for range 10 {
			within(t, patient, "GET", p.URL+o.flow(), "")
		}
	})
	if n := len(o.cloud.Calls("GetCardFlowInfo")); n < 1900 || opened.Load() > 300 {
		t.Errorf("%d calls, 200 at once, opened %d connections, want about 200", n, opened.Load())
	}
}

// noCredentials has Function Compute hand over none.
func noCredentials(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 60)
	fc := servetest.StartFC(t, executable(t, "cardflow"), append(o.of("cardflow"), "ALIBABA_CLOUD_ACCESS_KEY_ID=", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=")...)
	result := fc.Invoke(t.Context(), request{"GET", "/cards/" + o.cloud.ICCID(2) + "/flow", ""}.fcEvent())
	got := fromPlatform(t, result)
	t.Logf("%+v", got)
	wants(t, fmt.Sprint(got.Body["type"], got.Status), "denied")
	wants(t, fc.Output(), "role")
}
