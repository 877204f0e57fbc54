package ledger_test

import (
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

var rules = window.Rules{Length: 5 * time.Minute, Grace: 10 * time.Minute}

func openLedger(t testing.TB, s store.Store, c ledger.Config) *ledger.Ledger {
	t.Helper()
	if c.Rules == (window.Rules{}) {
		c.Rules = rules
	}
	l, err := ledger.Open(s, c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// add adds events, which are all to be accepted.
func add(t testing.TB, l *ledger.Ledger, events ...window.Event) {
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
			server, s := openRedis(t)
			l := openLedger(t, s, ledger.Config{})
			if _, err := l.CloseDue(t.Context()); err != nil { // which writes the schema
				t.Fatal(err)
			}
			if _, err := server.RPush(key, "1"); err != nil {
				t.Fatal(err)
			}
			before := server.Dump()
			_, err := l.Add(t.Context(), []window.Event{request("a", begin)})
			if err == nil || !strings.Contains(err.Error(), "WRONGTYPE") {
				t.Errorf("Add with a list at %q = %v, want WRONGTYPE", key, err)
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
func answerInfo(text string) server.Hook {
	return func(c *server.Peer, command string, _ ...string) bool {
		if command != "INFO" {
			return false
		}
		c.WriteBulk(text)
		return true
	}
}
