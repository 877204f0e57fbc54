package store_test

import (
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	protocol "github.com/alicebob/miniredis/v2/server"

	"signalbox/shared/store"
)

const password = "correct-horse"

// TestRedisIsShared has two clients of one account and namespace see one state,
// and others see none of it.
func TestRedisIsShared(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	config := func(account, namespace string) store.Config {
		return store.Config{RedisURL: "redis://" + server.Addr(), Account: account, Namespace: namespace}
	}
	if err := openStore(t, config("a", "account")).Apply(t.Context(), one("1")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ account, namespace, want string }{{"a", "account", "1"}, {"b", "account", ""}, {"a", "iccids", ""}} {
		got, err := openStore(t, config(test.account, test.namespace)).Get(t.Context(), "c", "k")
		if err != nil || string(got) != test.want {
			t.Errorf("Get of account %s, namespace %s = %q, %v; want %q", test.account, test.namespace, got, err, test.want)
		}
	}
	if keys := server.Keys(); !slices.Equal(keys, []string{"signalbox:{a:account}:c", "signalbox:{a:account}:meta"}) {
		t.Errorf("keys = %v, want two with one hash tag", keys)
	}
}

// TestRedisErrors has calls fail at once, for what they are and without a word
// of the URL.
func TestRedisErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		harm func(*miniredis.Miniredis)
	}{
		{"down", (*miniredis.Miniredis).Close},
		{"password", func(m *miniredis.Miniredis) { m.RequireAuth("other") }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := miniredis.RunT(t)
			server.RequireAuth(password)
			s := openStore(t, store.Config{RedisURL: "redis://:" + password + "@" + server.Addr(), Account: "a"})
			test.harm(server)
			start := time.Now()
			_, getErr := s.Get(t.Context(), "c", "k")
			_, listErr := s.List(t.Context(), "c")
			applyErr := s.Apply(t.Context(), one("1"))
			for call, err := range map[string]error{"get from c": getErr, "list c": listErr, "apply a batch": applyErr, "check": s.Check(t.Context())} {
				switch {
				case err == nil, errors.Is(err, store.ErrConflict):
					t.Errorf("%s = %v, want an error that is not ErrConflict", call, err)
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

// TestRedisRefusesWrites has a Redis that is full, or a replica, answer what is read.
func TestRedisRefusesWrites(t *testing.T) {
	t.Parallel()
	for _, refusal := range []string{"OOM command not allowed when used memory > 'maxmemory'.", "READONLY You can't write against a read only replica."} {
		server := miniredis.RunT(t)
		s := openStore(t, store.Config{RedisURL: "redis://" + server.Addr(), Account: "a"})
		if err := cmp.Or(s.Apply(t.Context(), one("1")), s.Check(t.Context())); err != nil {
			t.Fatal(err)
		}
		before := server.Dump()
		server.Server().SetPreHook(func(c *protocol.Peer, command string, _ ...string) bool {
			writes := slices.Contains([]string{"HSETNX", "EVAL", "EVALSHA"}, strings.ToUpper(command))
			if writes {
				c.WriteError(refusal)
			}
			return writes
		})
		if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(), refusal) {
			t.Errorf("Check = %v, want %s", err, refusal)
		}
		if after := server.Dump(); after != before {
			t.Errorf("Check has written:\n%s", after)
		}
	}
}

// TestRedisComesBack has the first calls fail, and the next ones served.
func TestRedisComesBack(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	s := openStore(t, store.Config{RedisURL: "redis://" + server.Addr(), Account: "a"})
	server.SetError("LOADING")
	if err := s.Apply(t.Context(), one("1")); err == nil {
		t.Error("Apply while Redis loads = nil, want an error")
	}
	server.SetError("")
	for _, lose := range []func(){func() {}, server.FlushAll} {
		lose() // also which schema there was
		if err := s.Apply(t.Context(), one("1")); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(t.Context(), "c", "k"); err != nil || string(got) != "1" {
			t.Errorf("Get = %q, %v; want 1", got, err)
		}
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
	if _, err := s.Get(ctx, "c", "k"); err == nil || time.Since(start) > 2*time.Second {
		t.Errorf("Get with 50ms to go = %v after %v, want an error at the deadline", err, time.Since(start))
	}
}

// TestRedisDamaged has a key of the state that is not a hash: nothing is written,
// and the state is moved aside when asked.
func TestRedisDamaged(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"meta", "c"} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			server := miniredis.RunT(t)
			config := store.Config{RedisURL: "redis://" + server.Addr(), Account: "a*", Namespace: "n", Reset: "0123456789ab"}
			s := openStore(t, config)
			if err := s.Apply(t.Context(), store.Batch{Put: []store.Record{{Collection: "other", Key: "k", Value: []byte("1")}}}); err != nil {
				t.Fatal(err)
			}
			server.Del("signalbox:{a*:n}:" + key)
			if err := server.Set("signalbox:{a*:n}:"+key, "text"); err != nil {
				t.Fatal(err)
			}
			server.HSet("signalbox:{another:n}:c", "k", "1")
			before := server.Dump()
			_, getErr := openStore(t, config).Get(t.Context(), key, "schema")
			applyErr := openStore(t, config).Apply(t.Context(), store.Batch{Put: []store.Record{
				{Collection: "other", Key: "k", Value: []byte("2")}, {Collection: "c", Key: "k", Value: []byte("2")},
			}})
			damage, ok := errors.AsType[*store.DamagedError](getErr)
			again, okAgain := errors.AsType[*store.DamagedError](applyErr)
			if !ok || !okAgain || *damage != *again || damage.Where != "Redis, keys signalbox:{a*:n}:*" {
				t.Fatalf("Get = %v, Apply = %v; want one DamagedError", getErr, applyErr)
			}
			if after := server.Dump(); after != before {
				t.Errorf("the damaged state was changed to:\n%s", after)
			}

			config.Reset = damage.ID
			s = openStore(t, config)
			if got, err := s.Get(t.Context(), "other", "k"); err != nil || got != nil {
				t.Errorf("Get after the reset = %q, %v; want nothing", got, err)
			}
			if err := s.Apply(t.Context(), one("3")); err != nil {
				t.Fatal(err)
			}
			if got, err := openStore(t, config).Get(t.Context(), "c", "k"); err != nil || string(got) != "3" {
				t.Errorf("Get after opening it again = %q, %v; want 3", got, err)
			}
			if text, err := server.Get("damaged:" + damage.ID + ":signalbox:{a*:n}:" + key); err != nil || text != "text" {
				t.Errorf("the key that was moved aside = %q, %v; want text", text, err)
			}
			if other := server.HGet("signalbox:{another:n}:c", "k"); other != "1" {
				t.Error("the state of another account was moved, too")
			}
		})
	}
}

func TestRedisDamagedRecord(t *testing.T) {
	t.Parallel()
	config := store.Config{RedisURL: "redis://" + miniredis.RunT(t).Addr(), Account: "a"}
	s := openStore(t, config)
	if err := s.Apply(t.Context(), one("{")); err != nil {
		t.Fatal(err)
	}
	broken := store.Record{Collection: "c", Key: "k", Value: []byte("{")}
	damage, ok := errors.AsType[*store.DamagedError](store.Damaged(t.Context(), s, broken, "not JSON"))
	if !ok {
		t.Fatalf("Damaged = %v, want a DamagedError", damage)
	}
	config.Reset = damage.ID
	for range 2 {
		if got, err := openStore(t, config).List(t.Context(), "c"); err != nil || len(got) != 0 {
			t.Errorf("List after the reset = %v, %v; want nothing", got, err)
		}
	}
}

func TestOpenChooses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	server := miniredis.RunT(t)
	both := openStore(t, store.Config{File: path, RedisURL: "redis://" + server.Addr(), Account: "a"})
	if err := both.Apply(t.Context(), one("1")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil || len(server.Keys()) != 2 {
		t.Errorf("Apply where both are set: stat of the file = %v, keys %v; want it in Redis alone", err, server.Keys())
	}
	for name, config := range map[string]store.Config{
		"nothing": {Account: "a"},
		"bad URL": {RedisURL: "redis://:" + password + "@127.0.0.1:port", File: path},
	} {
		if _, err := store.Open(config); err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("Open with %s = %v, want an error without the password", name, err)
		}
	}
}
