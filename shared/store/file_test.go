package store_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"signalbox/shared/store"
)

func open(t *testing.T, path string) *store.File {
	t.Helper()
	file, err := store.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestFileOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	first := open(t, path)
	if e, err := first.Get(t.Context(), "alerts"); err != nil || e.Version != 0 || e.Value != nil {
		t.Fatalf("Get of nothing = %+v, %v; want the zero Entry", e, err)
	}
	written, err := first.Put(t.Context(), "alerts", store.Entry{Value: json.RawMessage(`"套餐"`)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Put(t.Context(), "other", store.Entry{Value: json.RawMessage(`1`)}); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, path).Get(t.Context(), "alerts")
	if err != nil || string(got.Value) != `"套餐"` || got.Version != written.Version {
		t.Errorf("Get after reopening = %+v, %v; want %+v", got, err, written)
	}
}

func TestFileComparesAndSets(t *testing.T) {
	t.Parallel()
	file := open(t, filepath.Join(t.TempDir(), "state.json"))
	var won atomic.Int32
	var writers sync.WaitGroup
	for range 20 {
		writers.Go(func() {
			_, err := file.Put(t.Context(), "k", store.Entry{Value: json.RawMessage(`1`)})
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, store.ErrConflict):
				t.Errorf("Put = %v, want ErrConflict", err)
			}
		})
	}
	writers.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 20 writers at version 0 won, want 1", won.Load())
	}
}

func TestFileRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"broken": `{"schema":1,"entr`, "newer": `{"schema":2}`} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := open(t, path).Put(t.Context(), "k", store.Entry{}); err == nil {
			t.Errorf("Put over a %s file = nil, want an error", name)
		}
		if after, _ := os.ReadFile(path); string(after) != content {
			t.Errorf("the %s file was overwritten", name)
		}
	}
}

func TestOpenFileNeedsItsFolder(t *testing.T) {
	t.Parallel()
	if _, err := store.OpenFile(filepath.Join(t.TempDir(), "missing", "state.json")); err == nil {
		t.Error("OpenFile in a folder that does not exist = nil, want an error")
	}
}
