package redisdial_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"signalbox/shared/redisdial"
)

// open returns a client that is closed with the test.
func open(t *testing.T, url string) redis.UniversalClient {
	t.Helper()
	client, err := redisdial.Open(url, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// TestOpen has one of miniredis, which knows the user signalbox alone, called by
// every form of URL.
func TestOpen(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	m.RequireUserAuth("signalbox", "p@ss")
	for name, url := range map[string]string{
		"one host":                  "redis://signalbox:p%40ss@" + m.Addr(),
		"one host and its database": "redis://signalbox:p%40ss@" + m.Addr() + "/0",
		"a Cluster by two nodes":    "redis://signalbox:p%40ss@127.0.0.1:1?addr=" + m.Addr(),
		"a Cluster by one":          "redis://signalbox:p%40ss@" + m.Addr() + "/0?addr=" + m.Addr(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := "{" + t.Name() + "}"
			got, err := redis.NewScript(`redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])`).
				Run(t.Context(), open(t, url), []string{key}, "v").Text()
			if err != nil || got != "v" {
				t.Errorf("a script by %s = %q, %v; want v", url, got, err)
			}
		})
	}
}

// TestTLS has a server whose certificate nobody knows: it is refused, for good.
func TestTLS(t *testing.T) {
	t.Parallel()
	https := httptest.NewTLSServer(nil)
	defer https.Close()
	m := miniredis.NewMiniRedis()
	if err := m.StartTLS(&tls.Config{Certificates: https.TLS.Certificates, MinVersion: tls.VersionTLS12}); err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for _, form := range []string{"rediss://%[1]s", "rediss://%[1]s?addr=%[1]s"} {
		client := open(t, fmt.Sprintf(form, m.Addr()))
		err := client.Ping(t.Context()).Err()
		if reason, _ := redisdial.Explain(err); !redisdial.Permanent(err) || !strings.Contains(reason, "certificate") {
			t.Errorf("Ping of %s with an unknown certificate = %v (%s), want a permanent error about it", form, err, reason)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"redis://:sealed@host:port", "http://sealed@host", "redis://:sealed@host?sealed=1", "redis://:sealed@host/1?addr=host2:6379",
		"redis://:sealed@host1:6379,host2:6379",
	} {
		if _, err := redisdial.Open(url, time.Second); err == nil || strings.Contains(err.Error(), "sealed") {
			t.Errorf("Open(%s) = %v, want an error without the password", url, err)
		}
	}
}

func TestPermanent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		answer string
		want   bool
	}{
		{"WRONGPASS invalid username-password pair or user is disabled.", true},
		{"ERR invalid password", true},
		{"NOAUTH Authentication required.", true},
		{"ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?", true},
		{"ERR Client sent AUTH, but no password is set", true},
		{"NOPERM this user has no permissions to run the 'evalsha' command", true},
		{"ERR The user executing the script can't run this command or subcommand script: 1f, on @user_script:3.", true},
		{"ERR unknown command `evalsha`, with args beginning with: ", true},
		{"WRONGTYPE Operation against a key holding the wrong kind of value script: 1f, on @user_script:1.", true},
		{"ERR Error running script (call to f_1f): @user_script:1: WRONGTYPE Operation against a key holding the wrong kind of value", true},
		{"ERR Error running script (call to f_1f): @user_script: 1: Unknown Redis command called from Lua script", true},
		{"MOVED 3999 127.0.0.1:6381", true},
		{"ERR SELECT is not allowed in cluster mode", true},
		{"ERR This instance has cluster support disabled", true},
		{"ERR DB index is out of range", true},
		{"ERR max number of clients reached", false},
		{"LOADING Redis is loading the dataset in memory", false},
		{"READONLY You can't write against a read only replica.", false},
		{"CLUSTERDOWN The cluster is down", false},
		{"OOM command not allowed when used memory > 'maxmemory'.", false},
		{"BUSY Redis is busy running a script.", false},
		{"ERR Error running script (call to f_1f): @user_script:1: OOM command not allowed", false},
	}
	m := miniredis.RunT(t)
	client := open(t, "redis://"+m.Addr())
	for _, tt := range tests {
		m.SetError(tt.answer)
		err := client.HGet(t.Context(), "key", "field").Err()
		reason, action := redisdial.Explain(fmt.Errorf("read a record: %w", err))
		if redisdial.Permanent(err) != tt.want || (reason != "") != tt.want || (action != "") != tt.want {
			t.Errorf("Permanent(%v) = %v (%s; %s), want %v", err, !tt.want, reason, action, tt.want)
		}
	}
	m.Close()
	for _, err := range []error{client.Ping(t.Context()).Err(), redis.Nil, nil, context.Canceled} {
		if redisdial.Permanent(err) {
			t.Errorf("Permanent(%v) = true, want false", err)
		}
	}
}

// TestClusterCallIsMadeOnce loses the answer to a script: a Cluster's client by
// itself would send it again. A redirection is followed all the same.
func TestClusterCallIsMadeOnce(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	client := open(t, "redis://"+m.Addr()+"?addr="+m.Addr())
	if err := client.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int32
	m.Server().SetPreHook(func(c *server.Peer, cmd string, _ ...string) bool {
		if cmd == "EVAL" && calls.Add(1) == 1 {
			c.Close()
			return true
		}
		return false
	})
	if err := client.Eval(t.Context(), "return 1", []string{"{k}"}).Err(); err == nil || redisdial.Permanent(err) {
		t.Errorf("a call whose answer is lost = %v, want an error that may pass", err)
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("the call was sent %d times, want once", n)
	}
	redirected := false
	m.Server().SetPreHook(func(c *server.Peer, cmd string, _ ...string) bool {
		if cmd != "EVAL" || redirected {
			return false
		}
		redirected = true
		c.WriteError("MOVED 1 " + m.Addr())
		return true
	})
	if got, err := client.Eval(t.Context(), "return 1", []string{"{k}"}).Int(); err != nil || got != 1 {
		t.Errorf("a call that is redirected = %d, %v; want 1", got, err)
	}
}

func TestClusterReportsTheEndOfCtx(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	client := open(t, "redis://"+m.Addr()+"?addr="+m.Addr())
	ctx, cancel := context.WithCancel(t.Context())
	m.Server().SetPreHook(func(_ *server.Peer, cmd string, _ ...string) bool {
		if cmd == "EVAL" {
			cancel()
		}
		return false
	})
	if err := client.Eval(ctx, "return 1", []string{"{k}"}).Err(); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("a call whose ctx ends = %v, want nil or Canceled", err)
	}
}
