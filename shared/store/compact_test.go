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
	"time"

	"signalbox/shared/store"
)

// grown returns the path of a file that was much larger than what is in it.
func grown(t *testing.T, records int) (path string, x store.Snapshot) {
	t.Helper()
	path, x = filepath.Join(t.TempDir(), "state.db"), many(records, strings.Repeat("v", 300))
	s := openStore(t, store.Config{File: path})
	for n := range 3 {
		if err := store.Import(t.Context(), s, many(5000+n, strings.Repeat("w", 500)), true); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Import(t.Context(), s, x, true); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path, x
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// wantAlone wants no other file in the folder.
func wantAlone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v, %v; want the state alone", entries, err)
	}
}

func TestCompact(t *testing.T) {
	t.Parallel()
	path, x := grown(t, 200)
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	before := sizeOf(t, path)
	if err := os.WriteFile(path+".compact-123", []byte("left over"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	got, err := store.Compact(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	if after := sizeOf(t, path); got.Before != before || got.After != after || after*4 > before {
		t.Errorf("Compact = %+v; the file had %d bytes and has %d, want a quarter at most", got, before, after)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the mode is %v, %v; want 0640", info, err)
	}
	wantAlone(t, path)
	wantTaken(t, openStore(t, store.Config{File: path}), x)
}

// TestCompactRefuses has the file left as it is, and nothing beside it.
func TestCompactRefuses(t *testing.T) {
	t.Parallel()
	if _, err := store.Compact(t.Context(), filepath.Join(t.TempDir(), "state.db")); err == nil || !strings.Contains(err.Error(), "there is no") {
		t.Errorf("Compact of a missing file = %v", err)
	}
	content := bytes.Clone(healthy(t))
	copy(content[2*4096:], make([]byte, len(content)-2*4096)) // all but the first pages
	for name, content := range map[string][]byte{"empty": {}, "garbage": []byte("garbage"), "zeroes": content} {
		path := write(t, content)
		_, err := store.Compact(t.Context(), path)
		if _, ok := errors.AsType[*store.DamagedError](err); !ok {
			t.Errorf("Compact of a damaged file (%s) = %v, want a DamagedError", name, err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, content) {
			t.Errorf("Compact has changed a damaged file (%s), %v", name, err)
		}
		wantAlone(t, path)
	}
}

// TestCompactOnWindows says what to do in its place.
func TestCompactOnWindows(t *testing.T) {
	t.Parallel()
	if err := store.CanReplaceLocked("windows"); err == nil || !strings.Contains(err.Error(), "import the export") {
		t.Errorf("on Windows = %v, want what to do", err)
	}
	if err := store.CanReplaceLocked("darwin"); err != nil {
		t.Errorf("on macOS = %v, want nil", err)
	}
}

// TestCompactWaits has another process's lock waited for, and given up by the deadline.
func TestCompactWaits(t *testing.T) {
	t.Parallel()
	path, x := grown(t, 10)
	s := openStore(t, store.Config{File: path})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := store.Compact(ctx, path); err == nil {
		t.Error("Compact of a file that is open = nil, want a LockedError")
	} else if _, ok := errors.AsType[*store.LockedError](err); !ok {
		t.Errorf("Compact of a file that is open = %v, want a LockedError", err)
	}
	wantTaken(t, s, x)
}

// TestCompactWhileOthersWait has others open the file for each operation meanwhile: none of
// their batches is lost in the old one.
func TestCompactWhileOthersWait(t *testing.T) {
	t.Parallel()
	path, _ := grown(t, 10)
	s, done := openStore(t, store.Config{File: path, Shared: true}), make(chan error, 1)
	go func() {
		for n := range 30 {
			if err := s.Apply(t.Context(), store.Batch{Put: []store.Record{{Collection: "n", Key: strconv.Itoa(n), Value: []byte("1")}}}); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for range 10 {
		if _, err := store.Compact(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; err != nil {
		t.Errorf("Apply meanwhile = %v", err)
	}
	if got, err := s.List(t.Context(), "n"); err != nil || len(got) != 30 {
		t.Errorf("List = %d records, %v; want 30", len(got), err)
	}
}
