package store_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/store"
	"signalbox/shared/store/storetest"
)

func sameRecord(a, b store.Record) bool {
	return a.Collection == b.Collection && a.Key == b.Key && bytes.Equal(a.Value, b.Value)
}

func sortedRecords(records []store.Record) []store.Record {
	return slices.SortedFunc(slices.Values(records), func(a, b store.Record) int {
		return cmp.Or(cmp.Compare(a.Collection, b.Collection), cmp.Compare(a.Key, b.Key))
	})
}

// many is a snapshot of more than one batch.
func many(n int, value string) store.Snapshot {
	x := store.Snapshot{Schema: 1}
	for i := range n {
		x.Records = append(x.Records, store.Record{Collection: "c", Key: fmt.Sprintf("%06d", i), Value: []byte(value)})
	}
	return x
}

func wantTaken(t *testing.T, s store.Store, want store.Snapshot) {
	t.Helper()
	got, err := store.Take(t.Context(), s)
	if err != nil || got.Schema != want.Schema || !slices.EqualFunc(got.Records, want.Records, sameRecord) {
		t.Fatalf("Take = schema %d, %d records, %v; want schema %d and the %d of the import", got.Schema, len(got.Records), err, want.Schema, len(want.Records))
	}
}

// TestMoveBetweenEngines moves a state from each engine to each other, byte by byte.
func TestMoveBetweenEngines(t *testing.T) {
	t.Parallel()
	x := many(1500, "<value>")
	x.Records = append(x.Records, small().Records[1:]...)
	x.Records = sortedRecords(x.Records)
	for from := range engines(t) {
		for to := range engines(t) {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				old, fresh := openStore(t, engines(t)[from]), openStore(t, engines(t)[to])
				if err := store.Import(t.Context(), old, x, true); err != nil {
					t.Fatal(err)
				}
				taken, err := store.Take(t.Context(), old)
				if err != nil {
					t.Fatal(err)
				}
				read, err := store.ReadSnapshot(strings.NewReader(encode(t, taken)))
				if err != nil {
					t.Fatal(err)
				}
				if err := store.Import(t.Context(), fresh, read, false); err != nil {
					t.Fatal(err)
				}
				wantTaken(t, fresh, x)
			})
		}
	}
}

// TestImportRefuses has a state left as it is.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	for name, config := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t, config)
			if err := s.Apply(t.Context(), one("1")); err != nil {
				t.Fatal(err)
			}
			before, err := store.Take(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			refuses := func(name string, x store.Snapshot, replace bool, want error) {
				t.Helper()
				err := store.Import(t.Context(), s, x, replace)
				if err == nil || want != nil && !errors.Is(err, want) {
					t.Errorf("Import %s = %v, want %v", name, err, want)
				}
				wantTaken(t, s, before)
			}
			other := many(3, "2")
			refuses("over records", other, false, store.ErrNotEmpty)
			other.Namespace = "another"
			refuses("of another state", other, true, nil)
			other.Namespace, other.Schema = "", 7
			refuses("of a newer form", other, true, nil)
			newer, ok := errors.AsType[*store.SchemaError](store.Import(t.Context(), s, other, true))
			if !ok || newer.Found != 7 {
				t.Errorf("Import of a newer form = %v, want a SchemaError", newer)
			}
			lease, err := store.Acquire(t.Context(), s, store.LeaseConfig{Name: "run", Length: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			refuses("during a run", many(3, "2"), true, store.ErrHeld)
			if err := lease.Release(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := store.Import(t.Context(), s, many(3, "2"), true); err != nil {
				t.Errorf("Import after the run = %v", err)
			}
			wantTaken(t, s, many(3, "2"))
		})
	}
}

// TestImportOverNewer goes back to before an upgrade.
func TestImportOverNewer(t *testing.T) {
	t.Parallel()
	for name, config := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old := openStore(t, config)
			if err := old.Apply(t.Context(), one("1")); err != nil {
				t.Fatal(err)
			}
			backup, err := store.Take(t.Context(), old)
			if err != nil {
				t.Fatal(err)
			}
			if err := store.WithMigrations(openStore(t, config), rename).Apply(t.Context(), one("2")); err != nil {
				t.Fatal(err)
			}
			if _, err := store.Take(t.Context(), old); err == nil {
				t.Error("Take of a newer state = nil, want an error")
			}
			if err := store.Import(t.Context(), old, backup, false); !errors.Is(err, store.ErrNotEmpty) {
				t.Errorf("Import = %v, want ErrNotEmpty", err)
			}
			if err := store.Import(t.Context(), old, backup, true); err != nil {
				t.Fatal(err)
			}
			wantTaken(t, old, backup)
			if got := schema(t, openStore(t, config)); got != "1" {
				t.Errorf("the schema is %s, want 1", got)
			}
		})
	}
}

// TestStaleRunAfterImport has a run stand still since before an import: its lease is over,
// and what it writes then is refused.
func TestStaleRunAfterImport(t *testing.T) {
	t.Parallel()
	for name, config := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, x := openStore(t, config), many(3, "2")
			long := time.Now().Add(-time.Hour)
			lease, err := store.Acquire(t.Context(), s, store.LeaseConfig{Name: "run", Length: time.Minute, Now: func() time.Time { return long }})
			if err != nil {
				t.Fatal(err)
			}
			if err := store.Import(t.Context(), openStore(t, config), x, false); err != nil {
				t.Fatal(err)
			}
			stale := one("stale")
			stale.If = append(stale.If, lease.Fence())
			if err := s.Apply(t.Context(), stale); !errors.Is(err, store.ErrConflict) {
				t.Errorf("Apply under the old lease = %v, want ErrConflict", err)
			}
			wantTaken(t, s, x)
		})
	}
}

// inTable opens a store in the table as another process does.
func inTable(t *testing.T, table store.Table) store.Store {
	t.Helper()
	return openStore(t, store.Config{Table: table, Account: "a"})
}

// during returns a table that has something done at the n-th write of a head after an import has begun.
func during(table *storetest.Table, n int, do func()) *storetest.Table {
	writes, busy := 0, false
	return table.With(func(_ context.Context, c storetest.Call, call func() error) error {
		if c.Name == "Put" && c.Key.Sort == "head" && !busy {
			if writes++; writes == n {
				busy = true
				do()
				busy = false
			}
		}
		return call()
	})
}

// TestWriterDuringImport has a process that uses a state write at every moment of an
// import: it writes before the import, which then sees that, or not at all.
func TestWriterDuringImport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x := many(1200, "2")
		refused := 0
		for n := 1; ; n++ {
			table := storetest.NewTable()
			writer := inTable(t, table)
			if err := writer.Apply(t.Context(), one("1")); err != nil {
				t.Fatal(err)
			}
			called, wrote := false, error(nil)
			target := inTable(t, during(table, n, func() { called, wrote = true, writer.Apply(t.Context(), one("writer")) }))
			err := store.Import(t.Context(), target, x, true)
			if !called {
				break
			}
			if err != nil {
				t.Fatalf("Import with a writer before write %d = %v", n, err)
			}
			want := x
			if got, err := writer.Get(t.Context(), "c", "k"); wrote == nil && err == nil && got != nil { // after the last batch
				want.Records = append(slices.Clone(x.Records), store.Record{Collection: "c", Key: "k", Value: []byte("writer")})
			}
			wantTaken(t, inTable(t, table), want)
			if damaged, ok := errors.AsType[*store.DamagedError](wrote); ok {
				refused++
				if !strings.Contains(damaged.Reason, "import") {
					t.Errorf("the writer finds %v, want that of the import", damaged)
				}
			} else if wrote != nil {
				t.Errorf("the writer before write %d: %v, want nil or a DamagedError", n, wrote)
			}
		}
		if refused < 3 {
			t.Errorf("the writer was refused %d times, want 3 at least", refused)
		}
	})
}

// TestTwoImports has a second import begin at every moment of a first one: the state is
// that of one of them, and the other says so.
func TestTwoImports(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first, second := many(1200, "first"), many(700, "second")
		lost := 0
		for n := 1; ; n++ {
			table := storetest.NewTable()
			called, other := false, error(nil)
			target := inTable(t, during(table, n, func() { called, other = true, store.Import(t.Context(), inTable(t, table), second, false) }))
			err := store.Import(t.Context(), target, first, false)
			if !called {
				break
			}
			switch {
			case errors.Is(other, store.ErrNotEmpty) && err == nil: // the first was done already
				wantTaken(t, inTable(t, table), first)
			case other != nil:
				t.Errorf("the second import before write %d: %v", n, other)
			case err == nil:
				t.Errorf("both imports are done, the second before write %d", n)
			default:
				lost++
				wantTaken(t, inTable(t, table), second)
			}
		}
		if lost < 3 {
			t.Errorf("%d imports were overtaken, want 3 at least", lost)
		}
	})
}

// TestRacingImports starts imports at once on every engine: at least one is done, and no
// state is a mixture.
func TestRacingImports(t *testing.T) {
	t.Parallel()
	for name, config := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			errs := make(chan error, 4)
			for i := range cap(errs) {
				s := openStore(t, config)
				go func() { errs <- store.Import(t.Context(), s, many(1100+i, strconv.Itoa(i)), true) }()
			}
			done := 0
			for range cap(errs) {
				if err := <-errs; err == nil {
					done++
				}
			}
			if done == 0 {
				return // each was overtaken, and the state says so
			}
			x, err := store.Take(t.Context(), openStore(t, config))
			if err != nil {
				return // one that was overtaken ended last
			}
			wantTaken(t, openStore(t, config), many(len(x.Records), strconv.Itoa(len(x.Records)-1100)))
		})
	}
}

// TestImportInterrupted has an import end at every write: the state is refused until it is
// imported again, or as it was.
func TestImportInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x := many(1200, "2")
		refused := 0
		for n := 1; ; n++ {
			table := storetest.NewTable()
			if err := inTable(t, table).Apply(t.Context(), one("1")); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			err := store.Import(ctx, inTable(t, during(table, n, cancel)), x, true)
			cancel()
			if err == nil || n > 100 {
				break
			}
			s := inTable(t, table)
			damaged, ok := errors.AsType[*store.DamagedError](s.Check(t.Context()))
			if ok {
				refused++
				if _, err := store.Take(t.Context(), s); err == nil || !strings.Contains(damaged.Error(), "start it again") {
					t.Errorf("after write %d: Check = %v, Take = %v; want both to refuse", n, damaged, err)
				}
			}
			if err := store.Import(t.Context(), s, x, !ok); err != nil {
				t.Errorf("Import again after write %d = %v", n, err)
			}
			wantTaken(t, inTable(t, table), x)
		}
		if refused < 3 {
			t.Errorf("the state was refused after %d writes, want 3 at least", refused)
		}
	})
}

// TestImportIntoDamaged has a file that cannot be read stay as it is, until it is reset.
func TestImportIntoDamaged(t *testing.T) {
	t.Parallel()
	config := store.Config{File: write(t, []byte("garbage")), Shared: true}
	damaged, ok := errors.AsType[*store.DamagedError](store.Import(t.Context(), openStore(t, config), many(3, "1"), true))
	if !ok {
		t.Fatalf("Import = %v, want a DamagedError", damaged)
	}
	config.Reset = damaged.ID
	if err := store.Import(t.Context(), openStore(t, config), many(3, "1"), false); err != nil {
		t.Fatalf("Import with the reset = %v", err)
	}
	wantTaken(t, openStore(t, config), many(3, "1"))
	if aside, err := filepath.Glob(config.File + ".damaged-*"); err != nil || len(aside) != 1 {
		t.Errorf("moved aside: %v, %v; want one file", aside, err)
	}
}

// TestForeignStore has a store of another kind refused.
func TestForeignStore(t *testing.T) {
	t.Parallel()
	type wrapped struct{ store.Store }
	s := wrapped{inTable(t, storetest.NewTable())}
	if _, err := store.Take(t.Context(), s); err == nil {
		t.Error("Take = nil, want an error")
	}
	if err := store.Import(t.Context(), s, many(1, "1"), true); err == nil {
		t.Error("Import = nil, want an error")
	}
}
