package ledger_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
)

// TestRedisDamagedWindow breaks one of three windows in every way that Redis lets it be
// broken. Its rate is never made up: it is damage, which names the key, and no other
// window suffers.
func TestRedisDamagedWindow(t *testing.T) {
	t.Parallel()
	const prefix = "signalbox:{main:conversion}ledger:"
	windowOf := func(kind string) string {
		span := rules.Span(begin)
		return fmt.Sprintf("%s%s:%d+%d", prefix, kind, span.Start, span.Seconds)
	}
	tests := map[string]struct {
		key     string
		field   string // "": the whole key is a list
		value   string
		addable bool
	}{
		"verified":    {windowOf("w"), "verified", "garbage", false},
		"requested":   {windowOf("w"), "requested", "1e3", false},
		"negative":    {windowOf("w"), "verified", "-5", false},
		"above 1":     {windowOf("w"), "verified", "99", false},
		"none":        {windowOf("w"), "requested", "0", false},
		"status":      {windowOf("w"), "status", "half", false},
		"empty":       {windowOf("w"), "status", "", false},
		"closes":      {windowOf("w"), "closes", "soon", false},
		"group":       {windowOf("r"), "/", "many", true},
		"window kind": {windowOf("w"), "", "", false},
		"group kind":  {windowOf("r"), "", "", false},
		"other kind":  {windowOf("v"), "", "", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, s := openRedis(t)
			l := openLedger(t, s, ledger.Config{})
			next, after := begin.Add(5*time.Minute), begin.Add(10*time.Minute)
			server.SetTime(after)
			add(t, l, request("a", begin), request("b", begin), verify("a", begin), request("c", next), request("d", after))
			if test.field == "" {
				server.Del(test.key)
				if _, err := server.RPush(test.key, "1"); err != nil {
					t.Fatal(err)
				}
			} else {
				server.HSet(test.key, test.field, test.value)
			}
			outcomes, err := l.Add(t.Context(), []window.Event{request("e", next)})
			if err != nil || outcomes[0] != window.Accepted {
				t.Errorf("Add to another window = %v, %v; want it accepted", outcomes, err)
			}
			outcomes, err = l.Add(t.Context(), []window.Event{request("f", begin), request("g", next)})
			if err != nil || (outcomes[0] == window.Accepted) != test.addable || outcomes[1] != window.Accepted {
				t.Errorf("Add to the window and another = %v, %v; want the first accepted: %t", outcomes, err, test.addable)
			}
			server.SetTime(begin.Add(time.Hour))
			n, err := l.CloseDue(t.Context())
			wantDamage(t, "CloseDue", err, test.key)
			if n != 2 {
				t.Errorf("CloseDue = %d, want the two others closed", n)
			}
			found, err := l.Windows(t.Context(), begin.Add(-time.Hour), begin.Add(time.Hour))
			wantDamage(t, "Windows", err, test.key)
			if len(found) != 2 || found[0].Requested != 3 || found[1].Requested != 1 {
				t.Errorf("Windows = %+v, want the two others", found)
			}
			if found, err := l.Oldest(t.Context(), window.Waiting, 10); len(found) != 2 || err != nil {
				t.Errorf("Oldest = %+v, %v; want the two others", found, err)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantDamage(t *testing.T, what string, err error, key string) {
	t.Helper()
	if !ledger.IsDamage(err) || !strings.Contains(err.Error(), key) {
		t.Errorf("%s = %v, want the damage of %s", what, err, key)
	}
}

// TestDamagedHour breaks the counters of an hour: its windows are reported all the same.
func TestDamagedHour(t *testing.T) { //nolint:paralleltest // the cases share a clock
	server, s := openRedis(t)
	remote := openLedger(t, s, ledger.Config{})
	file, f := inFile(t)
	c := &clock{now: begin}
	local := openLedger(t, file, ledger.Config{Now: c.Now})
	tests := map[string]struct {
		l     *ledger.Ledger
		spoil func(t *testing.T)
	}{
		"redis": {remote, func(t *testing.T) {
			t.Helper()
			for _, key := range server.Keys() {
				if strings.Contains(key, "ledger:h:") {
					must(t, server.Set(key, "{"))
				}
			}
		}},
		"redis, another kind": {remote, func(t *testing.T) {
			t.Helper()
			for _, key := range server.Keys() {
				if strings.Contains(key, "ledger:h:") {
					server.Del(key)
					_, err := server.RPush(key, "1")
					must(t, err)
				}
			}
		}},
		"file": {local, func(t *testing.T) {
			t.Helper()
			must(t, f.Update(t.Context(), func(tx *bolt.Tx) error {
				bucket := tx.Bucket([]byte(f.Prefix() + "ledger/hours"))
				k, _ := bucket.Cursor().First()
				return bucket.Put(bytes.Clone(k), []byte("{"))
			}))
		}},
	}
	for name, test := range tests { //nolint:paralleltest // They share a clock.
		t.Run(name, func(t *testing.T) {
			server.FlushAll()
			at := begin.Add(time.Duration(len(name)) * 24 * time.Hour)
			set := func(now time.Time) {
				server.SetTime(now)
				c.wait(now.Sub(c.Now()))
			}
			set(at)
			add(t, test.l, request("a", at))
			set(at.Add(20 * time.Minute))
			if n, err := test.l.CloseDue(t.Context()); n != 1 || err != nil {
				t.Fatalf("CloseDue = %d, %v; want one closed", n, err)
			}
			test.spoil(t)
			add(t, test.l, request("b", at.Add(20*time.Minute)))
			set(at.Add(50 * time.Minute))
			if n, err := test.l.CloseDue(t.Context()); n != 1 || !ledger.IsDamage(err) {
				t.Errorf("CloseDue with a damaged hour = %d, %v; want one closed, and the damage", n, err)
			}
			if n, err := test.l.CloseDue(t.Context()); n != 0 || err != nil {
				t.Errorf("CloseDue again = %d, %v; want nothing to do", n, err)
			}
			if found, err := test.l.Oldest(t.Context(), window.Waiting, 10); len(found) != 2 || err != nil {
				t.Errorf("Oldest = %+v, %v; want both", found, err)
			}
		})
	}
}
