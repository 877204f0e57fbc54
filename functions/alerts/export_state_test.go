package alerts_test

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/config"
	"signalbox/shared/store"
	"signalbox/shared/store/storetest"
	"signalbox/shared/web"
)

// open opens a state until the end of the test.
func open(t *testing.T, c store.Config) store.Store {
	t.Helper()
	s, err := store.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestExportMovesTheState exports after a sweep, imports into another engine, and wants the
// next sweep there to notify of nothing again, and of what is new.
func TestExportMovesTheState(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 60, func(c *alerts.Config) {
		withToken(c)
		c.Store = open(t, store.Config{File: filepath.Join(t.TempDir(), "state.db"), Namespace: "alerts"})
	})
	if got := f.call(t, http.MethodGet, "/state", "", nil); got.Code != http.StatusNotFound || !strings.Contains(got.Body.String(), ":no-state") {
		t.Errorf("GET /state before a run = %d %s", got.Code, got.Body)
	}
	f.set(1, func(c *aliyuntest.Card) { c.UsedBytes, c.Pool, c.Status = c.PackageBytes, "", aliyuntest.StatusInUse })
	f.sweep(t)
	posted := len(f.slack.Inbox())
	got := f.call(t, http.MethodGet, "/state", "", nil)
	if got.Code != http.StatusOK || got.Header().Get("Content-Disposition") == "" || posted == 0 {
		t.Fatalf("GET /state = %d %v after %d messages", got.Code, got.Header(), posted)
	}
	if strings.Contains(got.Body.String(), listToken) || strings.Contains(got.Body.String(), `"collection":"leases"`) {
		t.Error("the export has a token or a lease")
	}
	x, err := store.ReadSnapshot(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	moved := open(t, store.Config{Table: storetest.NewTable(), Namespace: "alerts"})
	if err := store.Import(t.Context(), moved, x, false); err != nil {
		t.Fatal(err)
	}
	f.again(t, func(c *alerts.Config) { c.Store = moved })
	f.sweep(t)
	if now := len(f.slack.Inbox()); now != posted {
		t.Errorf("the sweep after the import has posted %d messages, want none: %s", now-posted, f.last(t))
	}
	f.set(2, func(c *aliyuntest.Card) { c.UsedBytes, c.Pool, c.Status = c.PackageBytes, "", aliyuntest.StatusInUse })
	f.sweep(t)
	if now := len(f.slack.Inbox()); now == posted {
		t.Error("a sweep after the import notifies of nothing new")
	}
}

// TestExportRefused wants who may not have the state refused, and what a platform does not
// let pass.
func TestExportRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 60, func(c *alerts.Config) {
		c.Store = open(t, store.Config{Table: storetest.NewTable(), Namespace: "alerts"})
	})
	f.sweep(t)
	want := func(edit func(*alerts.Config), request func(*http.Request), status int, word string) {
		t.Helper()
		f.again(t, edit)
		if got := f.call(t, http.MethodGet, "/state", "", request); got.Code != status || !strings.Contains(got.Body.String(), word) {
			t.Errorf("GET /state = %d %.200s, want %d with %s", got.Code, got.Body, status, word)
		}
	}
	want(nil, nil, http.StatusNotFound, "no-incidents-page")
	want(func(c *alerts.Config) { c.Guard = web.Bearer(config.Tokens{}) }, nil, http.StatusUnauthorized, "unauthorized")
	want(withToken, func(r *http.Request) { r.Header.Del("Authorization") }, http.StatusUnauthorized, "unauthorized")
	want(func(c *alerts.Config) { c.MaxExport = 100 }, nil, http.StatusNotImplemented, "without --url")
	want(func(c *alerts.Config) { c.MaxExport = 3 << 20 }, nil, http.StatusOK, `{"sha256":`)
	want(func(c *alerts.Config) {
		c.Store = open(t, store.Config{Table: storetest.NewTable(), Namespace: "alerts"})
		if err := c.Store.Close(); err != nil {
			t.Fatal(err)
		}
	}, nil, http.StatusServiceUnavailable, "store-unavailable")
}

// TestExportOneAtATime has one who wants the state while another reads it wait, and be refused
// while an answer can still be written.
func TestExportOneAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		block := make(chan struct{})
		table := storetest.NewTable()
		f := newFixture(t, 10, func(c *alerts.Config) {
			withToken(c)
			c.Store = open(t, store.Config{Table: table, Namespace: "alerts"})
		})
		f.sweep(t)
		f.again(t, func(c *alerts.Config) {
			c.Store = open(t, store.Config{Namespace: "alerts", Table: table.With(blocking(block))})
		})
		first := make(chan int, 1)
		go func() { first <- f.call(t, http.MethodGet, "/state", "", nil).Code }()
		synctest.Wait()
		began := time.Now()
		if got := f.call(t, http.MethodGet, "/state", "", nil); got.Code != http.StatusServiceUnavailable || time.Since(began) >= time.Minute {
			t.Errorf("GET /state beside another = %d after %v: %s", got.Code, time.Since(began), got.Body)
		}
		close(block)
		<-first
	})
}

// blocking has no call answered until block is closed.
func blocking(block chan struct{}) func(context.Context, storetest.Call, func() error) error {
	return func(_ context.Context, _ storetest.Call, do func() error) error {
		<-block
		return do()
	}
}
