package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

// inFile returns a store in a file, and the file.
func inFile(t *testing.T) (store.Store, *store.File) {
	t.Helper()
	s := openStore(t, store.Config{File: filepath.Join(t.TempDir(), "state.db"), Namespace: "conversion"})
	f, err := store.FileOf(s)
	if err != nil {
		t.Fatal(err)
	}
	return s, f
}

// TestUnsuitable has a file that is opened for each operation refused, with what to
// do.
func TestUnsuitable(t *testing.T) {
	t.Parallel()
	s := openStore(t, store.Config{File: filepath.Join(t.TempDir(), "state.db"), Shared: true})
	_, err := ledger.Open(s, ledger.Config{Rules: rules})
	if !errors.Is(err, ledger.ErrUnsuitable) || !strings.Contains(err.Error(), "SIGNALBOX_REDIS_URL") {
		t.Errorf("Open in a shared file = %v, want ErrUnsuitable and what to do", err)
	}
	own, _ := inFile(t)
	for _, bad := range []ledger.Config{
		{}, {Rules: window.Rules{Length: time.Millisecond}}, {Rules: window.Rules{Length: time.Minute, Grace: -1}}, {Rules: rules, Keep: time.Hour},
	} {
		if _, err := ledger.Open(own, bad); err == nil {
			t.Errorf("Open with %+v = nil, want an error", bad)
		}
	}
}

// TestSynced forbids whatever leaves out a sync.
func TestSynced(t *testing.T) {
	t.Parallel()
	s, f := inFile(t)
	add(t, openLedger(t, s, ledger.Config{}), request("a", time.Now()))
	err := f.View(t.Context(), func(tx *bolt.Tx) error {
		if db := tx.DB(); db.NoSync || db.NoGrowSync || db.NoFreelistSync {
			t.Errorf("the file is not synced: NoSync %t, NoGrowSync %t, NoFreelistSync %t", db.NoSync, db.NoGrowSync, db.NoFreelistSync)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// commitsOf counts the transactions that f has written.
func commitsOf(t *testing.T, f *store.File) (n int) {
	t.Helper()
	err := f.View(t.Context(), func(tx *bolt.Tx) error { n = tx.ID(); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// occupied has the file's transaction last until release is called.
func occupied(t *testing.T, f *store.File) (release func()) {
	t.Helper()
	released, begun := make(chan struct{}), make(chan struct{})
	go func() {
		_ = f.Update(t.Context(), func(*bolt.Tx) error { close(begun); <-released; return nil })
	}()
	<-begun
	return func() { close(released) }
}

// TestCommitsTogether has 20 batches wait: they are written with one sync, but the
// first, which was about to be.
func TestCommitsTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, f := inFile(t)
		l := openLedger(t, s, ledger.Config{})
		add(t, l, request("first", time.Now()))
		before, release := commitsOf(t, f), occupied(t, f)
		for i := range 20 {
			go func() { add(t, l, request(strconv.Itoa(i), time.Now())) }()
		}
		synctest.Wait()
		release()
		synctest.Wait()
		if n := commitsOf(t, f) - before - 1; n != 2 {
			t.Errorf("20 batches took %d commits, want 2", n)
		}
		found, err := l.Windows(t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		if err != nil || len(found) != 1 || found[0].Requested != 21 {
			t.Errorf("Windows = %+v, %v; want 21 requests", found, err)
		}
		_ = s.Close()
	})
}

// TestLeaves has a caller leave while its batch waits: nothing of it is written, and
// the others are.
func TestLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, f := inFile(t)
		l := openLedger(t, s, ledger.Config{})
		add(t, l, request("first", time.Now()))
		release := occupied(t, f)
		go func() { add(t, l, request("writes", time.Now())) }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := l.Add(ctx, []window.Event{request("leaves", time.Now())})
			left <- err
		}()
		go func() { add(t, l, request("stays", time.Now())) }()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("Add that was cancelled = %v, want context.Canceled at once", err)
		}
		release()
		synctest.Wait()
		add(t, l, request("leaves", time.Now()))
		found, err := l.Windows(t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		if err != nil || len(found) != 1 || found[0].Requested != 4 || found[0].Duplicate != 0 {
			t.Errorf("Windows = %+v, %v; want 4 requests", found, err)
		}
		_ = s.Close()
	})
}

// TestDamagedWindow breaks the record of one window: its events are refused, closing
// names the damage, all others are served, and it can be moved aside.
func TestDamagedWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "state.db")
		config := store.Config{File: path, Namespace: "conversion"}
		s := openStore(t, config)
		f, err := store.FileOf(s)
		if err != nil {
			t.Fatal(err)
		}
		l, now := openLedger(t, s, ledger.Config{}), time.Now()
		var older []window.Event // so that more than one transaction closes
		for i := range 61 {
			older = append(older, request(fmt.Sprint("older", i), now.Add(-2*time.Hour-5*time.Minute*time.Duration(i))))
		}
		add(t, l, older...)
		err = f.Update(t.Context(), func(tx *bolt.Tx) error {
			bucket := tx.Bucket([]byte("conversion/ledger/windows"))
			k, _ := bucket.Cursor().First()
			return bucket.Put(append([]byte(nil), k...), []byte("{"))
		})
		if err != nil {
			t.Fatal(err)
		}
		release := occupied(t, f)
		go func() { add(t, l, request("c", now)) }()
		synctest.Wait()
		damaged := make(chan []window.Outcome, 1)
		go func() {
			outcomes, err := l.Add(t.Context(), []window.Event{request("d", now), verify("older60", now)})
			if err != nil {
				t.Errorf("Add to a damaged window: %v", err)
			}
			damaged <- outcomes
		}()
		go func() { add(t, l, request("e", now)) }()
		synctest.Wait()
		release()
		if diff := cmp.Diff([]window.Outcome{window.Accepted, window.Damaged}, <-damaged); diff != "" {
			t.Fatalf("Add to a damaged window (-want +got):\n%s", diff)
		}
		synctest.Wait()

		time.Sleep(time.Hour)
		n, err := l.CloseDue(t.Context())
		damage, ok := errors.AsType[*store.DamagedError](err)
		if n != 61 || !ok || damage.Where != path {
			t.Fatalf("CloseDue = %d, %v; want the 61 others closed, and the damage", n, err)
		}
		found, err := l.Oldest(t.Context(), window.Waiting, 100)
		if len(found) != 61 || err != nil {
			t.Errorf("Oldest = %d, %v; want the 61 others", len(found), err)
		}
		found, err = l.Windows(t.Context(), now.Add(-24*time.Hour), now.Add(time.Hour))
		if len(found) != 61 || !errors.As(err, &damage) {
			t.Fatalf("Windows = %d, %v; want the 61 others, and the damage", len(found), err)
		}
		if last := found[60]; last.Requested != 3 {
			t.Errorf("the window of c, d and e = %+v, want all", last)
		}

		_ = s.Close()
		config.Reset = damage.ID
		s = openStore(t, config)
		add(t, openLedger(t, s, ledger.Config{}), request("a", time.Now()))
		if _, err := os.Stat(path + ".damaged-" + damage.ID); err != nil {
			t.Errorf("the damaged file was not moved aside: %v", err)
		}
		_ = s.Close()
	})
}

// TestExpires has OTPs dropped a day after their windows have closed, hours after 28
// days, and windows a week after they were reported, and one that waits not.
func TestExpires(t *testing.T) {
	t.Parallel()
	s, f := inFile(t)
	c := &clock{now: begin}
	l := openLedger(t, s, ledger.Config{Now: c.Now})
	count := func(bucket string) (n int) {
		t.Helper()
		err := f.View(t.Context(), func(tx *bolt.Tx) error {
			n = tx.Bucket([]byte("conversion/ledger/" + bucket)).Stats().KeyN
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	want := func(after string, otps, windows, hours int) {
		t.Helper()
		if a, b, c := count("otps"), count("windows"), count("hours"); a != otps || b != windows || c != hours {
			t.Errorf("after %s: %d OTPs, %d windows and %d hours, want %d, %d and %d", after, a, b, c, otps, windows, hours)
		}
	}
	closeDue := func(wait time.Duration) {
		t.Helper()
		c.wait(wait)
		if _, err := l.CloseDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	many := func(name string, n int) {
		t.Helper()
		events := []window.Event{request(name, c.Now())}
		for i := range n - 1 {
			events = append(events, request(fmt.Sprint(name, "/", i), c.Now()))
		}
		add(t, l, events...)
	}
	add(t, l, request("past", begin.Add(-2*time.Hour)))
	many("first", 2999)
	want("the beginning", 3000, 2, 0)
	closeDue(time.Hour)
	want("an hour", 3000, 2, 2)
	found, err := l.Oldest(t.Context(), window.Waiting, 1)
	if err != nil || len(found) != 1 {
		t.Fatalf("Oldest = %v, %v; want one", found, err)
	}
	found[0].Status = window.Reported
	if err := l.Mark(t.Context(), found[0]); err != nil {
		t.Fatal(err)
	}
	closeDue(23 * time.Hour)
	want("a day", 3000, 2, 2)
	c.wait(time.Hour)
	for i := range 100 { // until as many OTPs were looked at as there are
		many(fmt.Sprint("later", i), 10)
	}
	want("a day and 1000 events", 1000, 3, 2)
	closeDue(8 * 24 * time.Hour)
	closeDue(0)
	want("more than a week", 0, 2, 3)
	closeDue(30 * 24 * time.Hour)
	want("a month", 0, 2, 0)
	if groups := count("groups"); groups != 2 {
		t.Errorf("%d records of groups, want one of each window", groups)
	}
}
