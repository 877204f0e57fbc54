package store_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/store"
)

func one(value string) store.Batch {
	return store.Batch{Put: []store.Record{{Collection: "c", Key: "k", Value: []byte(value)}}}
}

func TestFileOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	for i, config := range []store.Config{{File: path}, {File: path, Shared: true}, {File: path}} {
		s := openStore(t, config)
		if i > 0 {
			if got, err := s.Get(t.Context(), "c", "k"); err != nil || string(got) != strconv.Itoa(i-1) {
				t.Errorf("Get at opening %d = %q, %v; want %d", i, got, err, i-1)
			}
		}
		if err := s.Apply(t.Context(), one(strconv.Itoa(i))); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := filepath.Glob(path + "?*"); len(left) != 0 {
		t.Errorf("files beside the state: %v, want none", left)
	}
}

func TestNamespacesDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	account := openStore(t, store.Config{File: path, Shared: true, Namespace: "account"})
	cards := openStore(t, store.Config{File: path, Shared: true, Namespace: "iccids"})
	if err := account.Apply(t.Context(), one("1")); err != nil {
		t.Fatal(err)
	}
	if err := cards.Apply(t.Context(), store.Batch{If: []store.Record{{Collection: "c", Key: "k"}}}); err != nil {
		t.Errorf("Apply where another namespace has the record = %v, want nil", err)
	}
	if got, err := cards.List(t.Context(), "c"); err != nil || len(got) != 0 {
		t.Errorf("List of another namespace = %v, %v; want nothing", got, err)
	}
}

// TestReadsWriteNothing looks at the file, and at where there is none.
func TestReadsWriteNothing(t *testing.T) {
	t.Parallel()
	whole := healthy(t)
	for mode := range modes("") {
		path := write(t, whole)
		old := time.Unix(1_000_000_000, 0)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
		config := modes(path)[mode]
		config.Reset = "0123456789ab"
		s := openStore(t, config)
		read(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		info, statErr := os.Stat(path)
		if err != nil || statErr != nil || !bytes.Equal(content, whole) || !info.ModTime().Equal(old) {
			t.Errorf("%s: a read has written to the file", mode)
		}
	}
	folder := t.TempDir()
	read(t, openStore(t, store.Config{File: filepath.Join(folder, "state.db"), Shared: true, Reset: "0123456789ab"}))
	if made, err := os.ReadDir(folder); err != nil || len(made) != 0 {
		t.Errorf("a read has made %v, %v; want no file", made, err)
	}
}

// read does all that reads.
func read(t *testing.T, s store.Store) {
	t.Helper()
	_, getErr := s.Get(t.Context(), "c", "k")
	_, listErr := s.List(t.Context(), "c")
	applyErr := s.Apply(t.Context(), store.Batch{If: []store.Record{{Collection: "c", Key: "k"}}})
	if err := errors.Join(getErr, listErr, applyErr, s.Check(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func TestFileIsSynced(t *testing.T) {
	t.Parallel()
	if store.Unsynced(openStore(t, store.Config{File: filepath.Join(t.TempDir(), "state.db")})) {
		t.Error("a commit leaves out a sync")
	}
}

func TestOpenNeedsAFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(folder, "missing", "state.db"), filepath.Join(folder, "file", "state.db")} {
		for mode, config := range modes(path) {
			if _, err := store.Open(config); err == nil || !strings.Contains(err.Error(), filepath.Dir(path)) {
				t.Errorf("%s: Open(%s) = %v, want an error that names the folder", mode, path, err)
			}
		}
	}
}

// TestOpenSaysToCreateTheFolder says what to do about one that is missing.
func TestOpenSaysToCreateTheFolder(t *testing.T) {
	t.Parallel()
	_, err := store.Open(store.Config{File: filepath.Join(t.TempDir(), "missing", "state.db")})
	if err == nil || !strings.Contains(err.Error(), "create it, or name another file in SIGNALBOX_STATE_FILE") {
		t.Errorf("Open = %v, want an error that says what to do", err)
	}
}

// TestHeldFile waits for another holder, here of the same process, and names it.
func TestHeldFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "state.db")
		first := openStore(t, store.Config{File: path})
		start := time.Now()
		_, err := store.Open(store.Config{File: path})
		pid := "process " + strconv.Itoa(os.Getpid()) + " ("
		if err == nil || !strings.Contains(err.Error(), pid) || !strings.Contains(err.Error(), path) {
			t.Errorf("Open of a held file = %v, want an error that names the file and its holder", err)
		}
		if err != nil && !strings.Contains(err.Error(), "SIGNALBOX_STATE_FILE") {
			t.Errorf("Open of a held file = %v, want an error that says what to do", err)
		}
		if waited := time.Since(start); waited != 10*time.Second {
			t.Errorf("Open waited %v, want 10s", waited)
		}

		shared := openStore(t, store.Config{File: path, Shared: true})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := shared.Apply(ctx, one("1")); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 11*time.Second {
			t.Errorf("Apply beside a holder = %v after %v, want the deadline's error at once", err, time.Since(start)-10*time.Second)
		}

		time.AfterFunc(5*time.Second, func() { _ = first.Close() })
		if err := openStore(t, store.Config{File: path}).Apply(t.Context(), one("1")); err != nil {
			t.Errorf("Apply after the holder has closed = %v, want nil", err)
		}
	})
}

// TestHeldFileIsMoved has somebody move the file while it is open.
func TestHeldFileIsMoved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	s := openStore(t, store.Config{File: path})
	if err := s.Apply(t.Context(), one("1")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	_, _ = s.Get(t.Context(), "c", "k") // of the old file or the new one
	if err := s.Apply(t.Context(), one("2")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("after Apply there is no file where it should be: %v", err)
	}
}
