//go:build redis

package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/cmd/signalbox/doctor"
	"signalbox/shared/serve/servetest"
)

// startRedis starts a real server, and returns its address and a client of its own.
func startRedis(t *testing.T, options ...string) (address string, client *redis.Client) {
	t.Helper()
	port := servetest.FreePort(t)
	server := exec.CommandContext(t.Context(), "redis-server", append([]string{"--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir()}, options...)...)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	address = "127.0.0.1:" + port
	client = redis.NewClient(&redis.Options{Addr: address})
	t.Cleanup(func() {
		client.Close()
		_ = server.Wait() // it was killed
	})
	for deadline := time.Now().Add(10 * time.Second); client.Ping(t.Context()).Err() != nil; {
		if time.Now().After(deadline) {
			t.Fatal("redis-server does not answer")
		}
		time.Sleep(20 * time.Millisecond)
	}
	return address, client
}

// TestRedisDoctor looks at a real Redis: what happens when it is full, and what a user may do.
func TestRedisDoctor(t *testing.T) {
	t.Parallel()
	all := []any{"+eval", "+evalsha", "+time", "+@hash", "+pexpire", "+type", "+scan", "+dump", "+@sortedset", "+get", "+set", "+mget", "+del", "+info"}
	tests := []struct {
		name    string
		options []string
		may     []any
		only    string
		want    doctor.Result
	}{
		{"all is well", nil, all, "", doctor.Result{Check: "redis memory", Status: doctor.OK, What: "noeviction"}},
		{"all is permitted", nil, all, "", doctor.Result{Check: "redis permissions", Status: doctor.OK}},
		{"it evicts", []string{"--maxmemory-policy", "allkeys-lru"}, all, "", doctor.Result{Check: "redis memory", Status: doctor.Failed, What: "allkeys-lru", Action: "noeviction"}},
		{"it evicts answers", []string{"--maxmemory-policy", "allkeys-lru"}, all, "cardflow", doctor.Result{Check: "redis memory", Status: doctor.OK, What: "allkeys-lru"}},
		{"it is nearly full", []string{"--maxmemory", "1mb"}, all, "", doctor.Result{Check: "redis memory", Status: doctor.Failed, What: "of maxmemory", Action: "raise maxmemory"}},
		{"no INFO", nil, slices.DeleteFunc(slices.Clone(all), func(p any) bool { return p == "+info" }), "", doctor.Result{Check: "redis memory", Status: doctor.Unchecked, Action: "INFO"}},
		{"no scripts", nil, slices.DeleteFunc(slices.Clone(all), func(p any) bool { return p == "+eval" }), "", doctor.Result{Check: "redis permissions", Status: doctor.Failed, What: "eval", Action: "doc/config.md"}},
		{"no time", nil, slices.DeleteFunc(slices.Clone(all), func(p any) bool { return p == "+time" }), "", doctor.Result{Check: "redis permissions", Status: doctor.Failed, What: "time", Action: "doc/config.md"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address, client := startRedis(t, tt.options...)
			user := append([]any{"ACL", "SETUSER", "user", "on", ">" + sealedRedis, "~signalbox:*", "~damaged:*"}, tt.may...)
			if err := client.Do(t.Context(), user...).Err(); err != nil {
				t.Fatal(err)
			}
			p := newPatient(t)
			p.redis("redis://", address)
			var args []string
			if tt.only != "" {
				args = []string{"--only", tt.only}
			}
			_, results := p.look(t, args...)
			if !slices.ContainsFunc(results, func(r doctor.Result) bool {
				return r.Check == tt.want.Check && r.Status == tt.want.Status && strings.Contains(r.What, tt.want.What) && strings.Contains(r.Action, tt.want.Action)
			}) {
				t.Errorf("want %+v, got %+v", tt.want, results)
			}
			if keys, err := client.DBSize(t.Context()).Result(); err != nil || keys != 0 {
				t.Errorf("it leaves %d keys, %v", keys, err)
			}
		})
	}
}
