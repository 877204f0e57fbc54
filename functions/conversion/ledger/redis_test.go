package ledger_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	protocol "github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

var rules = window.Rules{Length: 5 * time.Minute, Grace: 10 * time.Minute}

func openLedger(tb testing.TB, s store.Store, c ledger.Config) *ledger.Ledger {
	tb.Helper()
	if c.Rules == (window.Rules{}) {
		c.Rules = rules
	}
	l, err := ledger.Open(s, c)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// add adds events, which are all to be accepted.
func add(t *testing.T, l *ledger.Ledger, events ...window.Event) {
	t.Helper()
	outcomes, err := l.Add(t.Context(), events)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if o != window.Accepted {
			t.Fatalf("event %d is %v, want accepted", i, o)
		}
	}
}

func request(id string, at time.Time) window.Event {
	return window.Event{Kind: window.OTPRequested, ID: id, Time: at, Country: "SG", Prefix: "+659123"}
}

func verify(id string, at time.Time) window.Event {
	return window.Event{Kind: window.OTPVerified, ID: id, Time: at}
}

func openRedis(t *testing.T) (*miniredis.Miniredis, store.Store) {
	t.Helper()
	server := miniredis.RunT(t)
	server.SetTime(begin)
	return server, openStore(t, store.Config{RedisURL: "redis://" + server.Addr(), Account: "main", Namespace: "conversion"})
}

// TestRedisKeys has every key share the store's hash tag, hold no id, and expire.
func TestRedisKeys(t *testing.T) {
	t.Parallel()
	server, s := openRedis(t)
	l := openLedger(t, s, ledger.Config{})
	for _, at := range []time.Time{begin, begin.Add(-time.Hour)} {
		add(t, l, request("+6591234567"+at.String(), at), verify("+6591234567"+at.String(), at), verify("waiting"+at.String(), at))
	}
	closeAll := func(wait time.Duration, want int) {
		t.Helper()
		server.SetTime(begin.Add(wait))
		if n, err := l.CloseDue(t.Context()); err != nil || n != want {
			t.Fatalf("CloseDue = %d, %v; want %d", n, err, want)
		}
	}
	check := func() {
		t.Helper()
		for _, key := range server.Keys() {
			if key == "signalbox:{main:conversion}:meta" {
				continue // the store's own
			}
			if ttl := server.TTL(key); ttl <= 0 || ttl > 28*24*time.Hour {
				t.Errorf("the key %q expires in %v, want it to expire", key, ttl)
			}
			if !strings.HasPrefix(key, "signalbox:{main:conversion}ledger:") || strings.Contains(key, "+6591234567") {
				t.Errorf("the key is %q, want the hash tag and no id", key)
			}
		}
	}
	check()
	closeAll(11*time.Minute, 1)
	check()
	w, err := l.Oldest(t.Context(), window.Waiting, 1)
	if err != nil || len(w) != 1 {
		t.Fatalf("Oldest = %v, %v; want one", w, err)
	}
	w[0].Status = window.Dead
	if err := l.Mark(t.Context(), w[0]); err != nil {
		t.Fatal(err)
	}
	closeAll(time.Hour, 1)
	check()
	if dump := server.Dump(); strings.Contains(dump, "1234567") {
		t.Errorf("Redis has a whole number:\n%s", dump)
	}
	server.FastForward(15 * 24 * time.Hour)
	for _, key := range server.Keys() {
		if !strings.HasSuffix(key, ":meta") && !strings.Contains(key, "ledger:h:") {
			t.Errorf("the key %q is there after 15 days", key)
		}
	}
}

// TestRedisLost has Redis lose everything: the ledger goes on from nothing.
func TestRedisLost(t *testing.T) {
	t.Parallel()
	server, s := openRedis(t)
	l := openLedger(t, s, ledger.Config{})
	add(t, l, request("a", begin))
	server.FlushAll()
	add(t, l, request("a", begin), verify("a", begin))
	found, err := l.Windows(t.Context(), begin.Add(-time.Hour), begin.Add(time.Hour))
	if err != nil || len(found) != 1 || found[0].Requested != 1 || found[0].Verified != 1 {
		t.Errorf("Windows = %+v, %v; want one of 1 and 1", found, err)
	}
}

// TestRedisWindowLost has Redis evict a window whose OTPs it still has: what comes
// for those is late, and makes no window that was never opened.
func TestRedisWindowLost(t *testing.T) {
	t.Parallel()
	server, s := openRedis(t)
	l := openLedger(t, s, ledger.Config{})
	add(t, l, request("a", begin))
	for _, key := range server.Keys() {
		if strings.Contains(key, "ledger:w:") {
			server.Del(key)
		}
	}
	outcomes, err := l.Add(t.Context(), []window.Event{verify("a", begin), request("a", begin)})
	if err != nil || outcomes[0] != window.Late || outcomes[1] != window.Duplicate {
		t.Errorf("Add after its window was lost = %v, %v; want late and duplicate", outcomes, err)
	}
	found, err := l.Windows(t.Context(), begin.Add(-time.Hour), begin.Add(time.Hour))
	if err != nil || len(found) != 0 {
		t.Errorf("Windows = %+v, %v; want none", found, err)
	}
	server.SetTime(begin.Add(time.Hour))
	if n, err := l.CloseDue(t.Context()); err != nil || n != 0 {
		t.Errorf("CloseDue = %d, %v; want nothing to close", n, err)
	}
}

// TestRedisOtherKind has a key of another kind in the way: nothing is written.
func TestRedisOtherKind(t *testing.T) {
	t.Parallel()
	server, s := openRedis(t)
	l := openLedger(t, s, ledger.Config{})
	add(t, l, request("a", begin))
	for _, key := range server.Keys() {
		if strings.HasSuffix(key, ":meta") {
			continue
		}
		t.Run(key[strings.Index(key, "}"):], func(t *testing.T) {
			t.Parallel()
			server, s := openRedis(t)
			l := openLedger(t, s, ledger.Config{})
			if _, err := l.CloseDue(t.Context()); err != nil { // which writes the schema
				t.Fatal(err)
			}
			if _, err := server.RPush(key, "1"); err != nil {
				t.Fatal(err)
			}
			before := server.Dump()
			outcomes, err := l.Add(t.Context(), []window.Event{request("a", begin)})
			refused := len(outcomes) == 1 && outcomes[0] == window.Damaged
			if !refused && (err == nil || !strings.Contains(err.Error(), "WRONGTYPE")) {
				t.Errorf("Add with a list at %q = %v, %v; want it damaged, or WRONGTYPE", key, outcomes, err)
			}
			if after := server.Dump(); after != before {
				t.Errorf("Add has written:\n%s", after)
			}
		})
	}
}

// TestWarning asks a Redis that may evict.
func TestWarning(t *testing.T) {
	t.Parallel()
	server, s := openRedis(t)
	l := openLedger(t, s, ledger.Config{})
	for info, want := range map[string]string{
		"maxmemory_policy:allkeys-lru\r\n": "allkeys-lru", "maxmemory_policy:noeviction\r\n": "", "used_memory:1\r\n": "",
	} {
		server.Server().SetPreHook(answerInfo(info))
		text, err := l.Warning(t.Context())
		if err != nil || (text != "") != (want != "") || !strings.Contains(text, want) {
			t.Errorf("Warning where Redis says %q = %q, %v; want one of %q", info, text, err, want)
		}
	}
	server.Server().SetPreHook(nil)
	server.SetError("LOADING")
	if _, err := l.Warning(t.Context()); err == nil {
		t.Error("Warning while Redis loads = nil, want an error")
	}
}

// answerInfo has INFO answered with text.
func answerInfo(text string) protocol.Hook {
	return func(c *protocol.Peer, command string, _ ...string) bool {
		if command != "INFO" {
			return false
		}
		c.WriteBulk(text)
		return true
	}
}

// TestRedisFrozen has an instance stop between the look and the write, until the
// window has closed, or longer than its look is worth: it looks again.
func TestRedisFrozen(t *testing.T) {
	t.Parallel()
	for frozen, want := range map[time.Duration]window.Outcome{
		time.Second: window.Accepted, 9 * time.Second: window.Accepted, 11 * time.Minute: window.Late,
	} {
		t.Run(frozen.String(), func(t *testing.T) {
			t.Parallel()
			server, s := openRedis(t)
			l := openLedger(t, s, ledger.Config{})
			at := begin.Add(-time.Hour)
			add(t, l, request("a", at))
			server.SetTime(begin.Add(10*time.Minute - time.Second)) // a second before it closes
			if want == window.Accepted {
				server.SetTime(begin)
			}
			var scripts atomic.Int32
			server.Server().SetPreHook(func(_ *protocol.Peer, command string, _ ...string) bool {
				if command == "EVALSHA" && scripts.Add(1) == 1 {
					server.SetTime(begin.Add(frozen))
				}
				return false
			})
			outcomes, err := l.Add(t.Context(), []window.Event{verify("a", at)})
			if err != nil || outcomes[0] != want {
				t.Errorf("Add that was frozen for %v = %v, %v; want %v", frozen, outcomes, err, want)
			}
			if n, again := scripts.Load(), frozen > 5*time.Second; (n > 1) != again {
				t.Errorf("it has written %d times, want again: %t", n, again)
			}
		})
	}
}

// TestRedisAnswerLost has the answer to a batch lost: added again, it counts once.
func TestRedisAnswerLost(t *testing.T) {
	t.Parallel()
	server, s := openRedis(t)
	l := openLedger(t, s, ledger.Config{})
	add(t, l, request("a", begin))
	events := []window.Event{request("b", begin), verify("b", begin)}
	other := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = other.Close() })
	server.Server().SetPreHook(func(c *protocol.Peer, command string, arguments ...string) bool {
		if command != "EVALSHA" {
			return false
		}
		server.Server().SetPreHook(nil)
		all := []any{command}
		for _, argument := range arguments {
			all = append(all, argument)
		}
		if err := other.Do(t.Context(), all...).Err(); err != nil {
			t.Error(err)
		}
		c.Close()
		return true
	})
	if _, err := l.Add(t.Context(), events); err == nil {
		t.Error("Add whose answer is lost = nil, want an error")
	}
	outcomes, err := l.Add(t.Context(), events)
	if err != nil || outcomes[0] != window.Duplicate || outcomes[1] != window.Duplicate {
		t.Errorf("Add once more = %v, %v; want two duplicates", outcomes, err)
	}
	found, err := l.Windows(t.Context(), begin.Add(-time.Hour), begin.Add(time.Hour))
	if err != nil || len(found) != 1 || found[0].Requested != 2 || found[0].Verified != 1 {
		t.Errorf("Windows = %+v, %v; want 2 and 1", found, err)
	}
}
