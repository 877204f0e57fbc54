package ledger_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signalbox/functions/conversion/ledger/ledgertest"
	"signalbox/shared/store"
)

// begin is when the clocks of the tests begin, in the middle of a window.
var begin = time.Date(2026, 11, 25, 10, 2, 3, 0, time.UTC)

// clock is one that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) wait(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func openStore(tb testing.TB, c store.Config) store.Store {
	tb.Helper()
	s, err := store.Open(c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// embedded returns an engine in a file.
func embedded(t *testing.T) ledgertest.Engine {
	t.Helper()
	c := &clock{now: begin}
	s := openStore(t, store.Config{File: filepath.Join(t.TempDir(), "state.db")})
	return ledgertest.Engine{Store: s, Now: c.Now, Wait: c.wait, Grace: 10 * time.Minute}
}

// remote returns an engine in a Redis whose clock is the test's.
func remote(t *testing.T, url string) ledgertest.Engine {
	t.Helper()
	c := &clock{now: begin}
	server := miniredis.RunT(t)
	server.SetTime(begin)
	s := openStore(t, store.Config{RedisURL: fmt.Sprintf(url, server.Addr()), Account: "main", Namespace: "conversion"})
	return ledgertest.Engine{Store: s, Now: c.Now, Grace: 10 * time.Minute, Wait: func(d time.Duration) {
		c.wait(d)
		server.SetTime(c.Now())
		server.FastForward(d)
	}}
}

func TestContract(t *testing.T) {
	t.Parallel()
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ledgertest.Contract(t, open)
		})
	}
}

var engines = map[string]func(*testing.T) ledgertest.Engine{
	"file":  embedded,
	"redis": func(t *testing.T) ledgertest.Engine { t.Helper(); return remote(t, "redis://%s") },
	"redis cluster": func(t *testing.T) ledgertest.Engine {
		t.Helper()
		return remote(t, "redis://%[1]s?addr=%[1]s")
	},
}
