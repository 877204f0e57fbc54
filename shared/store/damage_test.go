package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"signalbox/shared/store"
)

const page = 4096

// healthy returns the bytes of a state file with records on many pages.
func healthy(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	s := openStore(t, store.Config{File: path})
	for part := range 4 {
		var b store.Batch
		for i := range 100 {
			b.Put = append(b.Put, store.Record{Collection: "c", Key: fmt.Sprintf("%d-%d", i, part), Value: bytes.Repeat([]byte{'v'}, 100)})
		}
		if err := s.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func write(t *testing.T, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// modes returns the configurations of a file that is kept open, and of one that
// is not.
func modes(path string) map[string]store.Config {
	return map[string]store.Config{"held": {File: path}, "shared": {File: path, Shared: true}}
}

// wantDamaged has every call fail with the damage, and returns it.
func wantDamaged(t *testing.T, s store.Store) *store.DamagedError {
	t.Helper()
	_, getErr := s.Get(t.Context(), "c", "k")
	_, listErr := s.List(t.Context(), "c")
	applyErr := s.Apply(t.Context(), store.Batch{Put: []store.Record{{Collection: "c", Key: "k", Value: []byte("1")}}})
	var first *store.DamagedError
	for call, err := range map[string]error{"Get": getErr, "List": listErr, "Apply": applyErr, "Check": s.Check(t.Context())} {
		damaged, ok := errors.AsType[*store.DamagedError](err)
		if !ok || len(damaged.ID) != 12 || !strings.Contains(err.Error(), "SIGNALBOX_STATE_RESET="+damaged.ID) {
			t.Fatalf("%s = %v, want a DamagedError that says what to do", call, err)
		}
		if first != nil && *first != *damaged {
			t.Errorf("%s = %v, and another call %v", call, damaged, first)
		}
		first = damaged
	}
	return first
}

func TestDamagedFile(t *testing.T) {
	t.Parallel()
	whole := healthy(t)
	tests := []struct {
		name, reason string
		harm         func(content []byte) []byte
	}{
		{"empty", "empty", func([]byte) []byte { return nil }},
		{"no state", "cut off", func([]byte) []byte { return []byte(`{"schema":1}`) }},
		{"no pages", "first pages", func([]byte) []byte { return bytes.Repeat([]byte("text"), 4*page) }},
		{"a page", "cut off", func(c []byte) []byte { return c[:page] }},
		{"half a page less", "cut off", func(c []byte) []byte { return c[:len(c)-page/2] }},
		{"half of it", "cut off", func(c []byte) []byte { return c[:len(c)/2/page*page] }},
		{"both meta pages", "first pages", func(c []byte) []byte { c[40]++; c[page+40]++; return c }},
		{"free pages", "free pages", func(c []byte) []byte { return harmPages(c, 0x10, 8, 0xFF) }},
		{"free pages that are not", "free pages", func(c []byte) []byte { return harmPages(c, 0x10, 16, 0xFF) }},
		{"leaf pages", "bbolt", func(c []byte) []byte { return harmPages(c, 0x02, 0, 0xAA) }},
		{"leaf pages point outside", "bbolt", func(c []byte) []byte { return harmPages(c, 0x02, 16, 0x7F) }},
		{"branch pages", "bbolt", func(c []byte) []byte { return harmPages(c, 0x01, 8, 0xFF) }},
	}
	for _, test := range tests {
		harmed := test.harm(slices.Clone(whole))
		for mode := range modes("") {
			t.Run(test.name+"/"+mode, func(t *testing.T) {
				t.Parallel()
				path := write(t, harmed)
				config := modes(path)[mode]
				config.Reset = "0123456789ab" // of other damage
				damage := wantDamaged(t, openStore(t, config))
				if !strings.Contains(damage.Reason, test.reason) || damage.Where != path {
					t.Errorf("damage = %v, want %q in its reason and the path %s", damage, test.reason, path)
				}
				if after, _ := os.ReadFile(path); !bytes.Equal(after, harmed) {
					t.Error("the damaged file was changed")
				}
				config.Reset = damage.ID
				wantBegunAnew(t, config, path+".damaged-"+damage.ID, harmed)
			})
		}
	}
}

// harmPages writes b over 64 bytes at an offset of each page of a kind.
func harmPages(content []byte, kind byte, offset int, b byte) []byte {
	for at := 2 * page; at < len(content); at += page {
		if content[at+8] == kind {
			copy(content[at+offset:], bytes.Repeat([]byte{b}, 64))
		}
	}
	return content
}

// wantBegunAnew has the state of config moved aside as a file, and nothing in it
// any more.
func wantBegunAnew(t *testing.T, config store.Config, aside string, content []byte) {
	t.Helper()
	s := openStore(t, config)
	if err := s.Check(t.Context()); err != nil {
		t.Fatalf("Check after the reset = %v, want nil", err)
	}
	if moved, err := os.ReadFile(aside); err != nil || !bytes.Equal(moved, content) {
		t.Errorf("the file that was moved aside: %v, the same: %v", err, bytes.Equal(moved, content))
	}
	put := store.Batch{Put: []store.Record{{Collection: "new", Key: "k", Value: []byte("1")}}}
	if err := s.Apply(t.Context(), put); err != nil {
		t.Fatalf("Apply after the reset = %v, want nil", err)
	}
	if got, err := s.List(t.Context(), "c"); err != nil || len(got) != 0 {
		t.Errorf("List after the reset = %d records, %v; want none", len(got), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := openStore(t, config) // whose Reset now names nothing
	if got, err := again.Get(t.Context(), "new", "k"); err != nil || string(got) != "1" {
		t.Errorf("Get after opening it again = %q, %v; want 1", got, err)
	}
}

// TestRacingResets has many instances begin anew at once: the damaged file is moved
// aside once, and what each has written stays.
func TestRacingResets(t *testing.T) {
	t.Parallel()
	harmed := harmPages(healthy(t), 0x02, 0, 0xAA)
	path := write(t, harmed)
	config := store.Config{File: path, Shared: true}
	config.Reset = wantDamaged(t, openStore(t, config)).ID
	var racers sync.WaitGroup
	for i := range 8 {
		s := openStore(t, config)
		racers.Go(func() {
			_, err := s.List(t.Context(), "c")
			put := store.Batch{Put: []store.Record{{Collection: "c", Key: strconv.Itoa(i), Value: []byte("1")}}}
			if err := errors.Join(err, s.Apply(t.Context(), put)); err != nil {
				t.Error(err)
			}
		})
	}
	racers.Wait()
	if got, err := openStore(t, config).List(t.Context(), "c"); err != nil || len(got) != 8 {
		t.Errorf("List = %v, %v; want a record of each instance", got, err)
	}
	if moved, err := os.ReadFile(path + ".damaged-" + config.Reset); err != nil || !bytes.Equal(moved, harmed) {
		t.Errorf("the file that was moved aside: %v, the same: %v", err, bytes.Equal(moved, harmed))
	}
}

// TestOneMetaPageIsEnough is what a crash in the middle of a commit leaves.
func TestOneMetaPageIsEnough(t *testing.T) {
	t.Parallel()
	whole := healthy(t)
	for at := range 2 {
		harmed := slices.Clone(whole)
		harmed[at*page+40]++
		s := openStore(t, store.Config{File: write(t, harmed)})
		if got, err := s.List(t.Context(), "c"); err != nil || len(got) < 300 {
			t.Errorf("List without meta page %d = %d records, %v; want those of the last batch or the one before", at, len(got), err)
		}
	}
}

// TestGarbledAnywhere has each page overwritten in turn: a call may be served or
// say what is damaged, and does not end the process.
func TestGarbledAnywhere(t *testing.T) {
	t.Parallel()
	whole := healthy(t)
	found := 0
	for at := 0; at < len(whole); at += page {
		for _, garbage := range [][]byte{make([]byte, page), bytes.Repeat([]byte{0xFF}, page), bytes.Repeat([]byte{0x02, 0}, page/4)} {
			harmed := slices.Clone(whole)
			copy(harmed[at+16:], garbage[16:]) // the page's own header is as it was
			s := openStore(t, store.Config{File: write(t, harmed), Shared: true})
			_, listErr := s.List(t.Context(), "c")
			applyErr := s.Apply(t.Context(), store.Batch{Put: []store.Record{{Collection: "c", Key: "k", Value: []byte("1")}}})
			for _, err := range []error{listErr, applyErr} {
				if _, ok := errors.AsType[*store.DamagedError](err); ok {
					found++
				} else if err != nil {
					t.Errorf("page %d: %v, want a DamagedError or nil", at/page, err)
				}
			}
		}
	}
	t.Logf("%d calls found the damage of %d pages", found, len(whole)/page)
	if found == 0 {
		t.Error("no call found any damage")
	}
}
