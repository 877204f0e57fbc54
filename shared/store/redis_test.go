package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signalbox/shared/store"
)

const password = "correct-horse"

// TestRedisIsSharedByAccount has two clients of one account see one state, and
// a third of another account see none of it.
func TestRedisIsSharedByAccount(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	config := store.Config{RedisURL: "redis://" + server.Addr(), Account: "a"}
	one, two := openStore(t, config), openStore(t, config)
	config.Account = "b"
	other := openStore(t, config)
	if _, err := one.Put(t.Context(), "alerts", store.Entry{Value: json.RawMessage(`1`)}); err != nil {
		t.Fatal(err)
	}
	if e, err := two.Get(t.Context(), "alerts"); err != nil || e.Version != 1 {
		t.Errorf("Get of the same account = %+v, %v; want version 1", e, err)
	}
	if e, err := other.Get(t.Context(), "alerts"); err != nil || e.Version != 0 {
		t.Errorf("Get of another account = %+v, %v; want nothing", e, err)
	}
	if keys := server.Keys(); len(keys) != 1 || keys[0] != "signalbox:state:a:alerts" {
		t.Errorf("keys = %v, want signalbox:state:a:alerts", keys)
	}
}

// TestRedisErrors has calls fail at once, for what they are and without a word
// of the URL.
func TestRedisErrors(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name string
		ctx  context.Context
		harm func(*miniredis.Miniredis)
		want error // nil: any
	}{
		{"cancelled", cancelled, func(*miniredis.Miniredis) {}, context.Canceled},
		{"away", t.Context(), (*miniredis.Miniredis).Close, nil},
		{"password", t.Context(), func(m *miniredis.Miniredis) { m.RequireAuth("other") }, nil},
		{"not an entry", t.Context(), func(m *miniredis.Miniredis) { _ = m.Set("signalbox:state:a:alerts", "1") }, nil},
		{"not a version", t.Context(), func(m *miniredis.Miniredis) { m.HSet("signalbox:state:a:alerts", "version", "x") }, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := miniredis.RunT(t)
			server.RequireAuth(password)
			s := openStore(t, store.Config{RedisURL: "redis://:" + password + "@" + server.Addr(), Account: "a"})
			test.harm(server)
			start := time.Now()
			_, getErr := s.Get(test.ctx, "alerts")
			_, putErr := s.Put(test.ctx, "alerts", store.Entry{Value: json.RawMessage(`1`)})
			for call, err := range map[string]error{"get alerts": getErr, "put alerts": putErr} {
				switch {
				case err == nil, test.want != nil && !errors.Is(err, test.want), errors.Is(err, store.ErrConflict):
					t.Errorf("%s = %v, want an error, and %v", call, err, test.want)
				case !strings.HasPrefix(err.Error(), call), strings.Contains(err.Error(), password), strings.Contains(err.Error(), "redis://"):
					t.Errorf("%s = %v, want what was attempted, without the URL or its password", call, err)
				}
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("the errors took %v, want them at once", took)
			}
		})
	}
}

// TestRedisStuck has a Redis that takes connections and never answers.
func TestRedisStuck(t *testing.T) {
	t.Parallel()
	stuck, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stuck.Close()
	s := openStore(t, store.Config{RedisURL: "redis://" + stuck.Addr().String(), Account: "a"})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := s.Get(ctx, "alerts"); err == nil || time.Since(start) > 2*time.Second {
		t.Errorf("Get with 50ms to go = %v after %v, want an error at the deadline", err, time.Since(start))
	}
}

func TestOpenChooses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	server := miniredis.RunT(t)
	both := openStore(t, store.Config{File: path, RedisURL: "redis://" + server.Addr(), Account: "a"})
	if _, err := both.Put(t.Context(), "k", store.Entry{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil || len(server.Keys()) != 1 {
		t.Errorf("Put where both are set: stat of the file = %v, keys %v; want it in Redis alone", err, server.Keys())
	}
	for name, config := range map[string]store.Config{
		"nothing":   {Account: "a"},
		"bad URL":   {RedisURL: "redis://:" + password + "@127.0.0.1:port", File: path},
		"no folder": {File: filepath.Join(path, "missing", "state.json")},
	} {
		if _, err := store.Open(config); err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("Open with %s = %v, want an error without the password", name, err)
		}
	}
}
