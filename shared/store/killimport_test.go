package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signalbox/shared/store"
)

// importForOnce imports what is on standard input.
func importForOnce(path string) int {
	s, err := store.Open(store.Config{File: path, Shared: true})
	if err == nil {
		var x store.Snapshot
		if x, err = store.ReadSnapshot(os.Stdin); err == nil {
			fmt.Println("begins") //nolint:forbidigo // to the test that has started this process
			err = store.Import(context.Background(), s, x, false)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func compactForEver(path string) error {
	for {
		fmt.Println("begins") //nolint:forbidigo // to the test that has started this process
		if _, err := store.Compact(context.Background(), path); err != nil {
			return err
		}
	}
}

// killedAfter starts this test's executable, waits until it begins, and kills it some time
// later.
func killedAfter(t *testing.T, wait time.Duration, in io.Reader, args ...string) {
	t.Helper()
	process := exec.CommandContext(t.Context(), os.Args[0], args...)
	process.Stdin, process.Stderr = in, os.Stderr
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(wait, func() { _ = process.Process.Kill() }) // it may have ended
	_, _ = io.Copy(io.Discard, out)
	_ = process.Wait() // it says that it was killed
}

// TestKilledImport kills a process in the middle of an import: the state is as new, or
// refused until the import is done again, or whole.
func TestKilledImport(t *testing.T) {
	t.Parallel()
	x := many(3000, strings.Repeat("v", 100))
	export, found := encode(t, x), make(map[string]int)
	for kill := range 12 {
		path := filepath.Join(t.TempDir(), "state.db")
		killedAfter(t, time.Duration(kill)*4*time.Millisecond, strings.NewReader(export), "-import-into", path)
		s := openStore(t, store.Config{File: path, Shared: true})
		got, err := store.Take(t.Context(), s)
		_, damaged := errors.AsType[*store.DamagedError](err)
		switch {
		case damaged:
			found["unfinished"]++
		case err != nil:
			found["new"]++
		default:
			found["whole"]++
			wantTaken(t, s, x)
		}
		if err := store.Import(t.Context(), s, x, got.Records != nil); err != nil {
			t.Errorf("Import after kill %d = %v", kill, err)
		}
		wantTaken(t, s, x)
	}
	if found["unfinished"] == 0 {
		t.Errorf("no kill was in the middle of an import: %v", found)
	}
}

// TestKilledCompact kills a process that compacts: the state is what it was.
func TestKilledCompact(t *testing.T) {
	t.Parallel()
	path, x := grown(t, 3000)
	for kill := range 15 {
		killedAfter(t, time.Duration(kill)*time.Millisecond, nil, "-compact", path)
		s := openStore(t, store.Config{File: path})
		wantTaken(t, s, x)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Compact(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	wantAlone(t, path)
}
