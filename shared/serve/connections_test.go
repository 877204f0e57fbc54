package serve_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/serve"
)

// TestLongestIdleMakesRoom has three connections at most.
func TestLongestIdleMakesRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := map[string]chan struct{}{"/busy": make(chan struct{}), "/answered": make(chan struct{}), "/fourth": make(chan struct{})}
		server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if wait := release[r.URL.Path]; wait != nil {
				<-wait
			}
		})}
		listener := newPipes()
		limited := serve.LimitConnections(listener, 3, server)
		done := make(chan error, 1)
		go func() { done <- server.Serve(limited) }()
		dial := func() *client {
			time.Sleep(time.Second)
			return listener.dial(t, "192.0.2.1:1")
		}
		gets := func(c *client, path string, want int) {
			t.Helper()
			c.send("GET %s HTTP/1.1\nHost: x\n\n", path)
			if got, _, _ := c.receive(); got != want {
				t.Errorf("GET %s = %d, want %d", path, got, want)
			}
		}
		busy := dial()
		busy.send("GET /busy HTTP/1.1\nHost: x\n\n")
		answered, half := dial(), dial()
		half.send("GET / HTTP/1.1\nHost: x\n")
		time.Sleep(time.Second)
		gets(answered, "/", 200) // idle from now on, the other from before
		fourth := dial()
		if got, _, _ := half.receive(); got != 0 {
			t.Errorf("half a header got %d, want its connection closed to make room", got)
		}
		gets(answered, "/", 200)
		answered.send("GET /answered HTTP/1.1\nHost: x\n\n")
		fourth.send("GET /fourth HTTP/1.1\nHost: x\n\n")
		fifth := dial()
		synctest.Wait()
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			fifth.send("GET / HTTP/1.1\nHost: x\n\n")
		}()
		synctest.Wait()
		select {
		case <-sent:
			t.Error("the fifth is served although all others are in use")
		default:
		}
		receives := func(c *client, name string) {
			t.Helper()
			if got, _, _ := c.receive(); got != 200 {
				t.Errorf("the %s client gets %d, want 200", name, got)
			}
		}
		close(release["/busy"])
		receives(busy, "busy")
		<-sent // which the busy one has made room for
		receives(fifth, "fifth")
		close(release["/answered"])
		receives(answered, "answered")
		close(release["/fourth"])
		receives(fourth, "fourth")
		server.Close()
		<-done
	})
}

// TestWhoDoesNotReadMakesRoom has two connections at most, of clients that do not read
// their answers.
func TestWhoDoesNotReadMakesRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(make([]byte, 100<<10))
		})}
		listener := newPipes()
		limited := serve.LimitConnections(listener, 2, server)
		done := make(chan error, 1)
		go func() { done <- server.Serve(limited) }()
		for range 2 {
			listener.dial(t, "192.0.2.1:1").send("GET / HTTP/1.1\nHost: x\n\n")
		}
		start := time.Now()
		other := listener.dial(t, "192.0.2.2:1")
		other.send("GET / HTTP/1.1\nHost: x\n\n")
		if got, _, _ := other.receive(); got != 200 || time.Since(start) > 2*time.Second {
			t.Errorf("another client gets %d after %v, want 200 in a second", got, time.Since(start))
		}
		server.Close()
		<-done
	})
}

// TestBusyClientMakesRoom has one connection at most, of a client that asks a hundred
// times.
func TestBusyClientMakesRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(100 * time.Millisecond) })}
		listener := newPipes()
		limited := serve.LimitConnections(listener, 1, server)
		done := make(chan error, 1)
		go func() { done <- server.Serve(limited) }()
		go func() {
			busy := listener.dial(t, "192.0.2.1:1")
			for range 100 {
				if _, err := busy.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
					return
				}
				busy.receive()
			}
		}()
		time.Sleep(time.Second)
		start := time.Now()
		other := listener.dial(t, "192.0.2.2:1")
		other.send("GET / HTTP/1.1\nHost: x\n\n")
		if got, _, _ := other.receive(); got != 200 || time.Since(start) > time.Second {
			t.Errorf("another client gets %d after %v, want 200 within a second", got, time.Since(start))
		}
		server.Close()
		<-done
	})
}
