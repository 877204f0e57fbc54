package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/store"
	"signalbox/shared/store/storetest"
)

// openTable opens a store in the table as another process does. Its limits are small.
func openTable(t *testing.T, table store.Table) store.Store {
	t.Helper()
	return store.Small(openStore(t, store.Config{Table: table, Account: "a", Namespace: "n"}))
}

// sizes are batches that go different ways: small ones are written in the head, larger
// ones in rows of their own, and large values in parts.
var sizes = map[string]string{
	"in the head":      "",
	"in rows":          strings.Repeat("r", 30),
	"values in parts":  strings.Repeat("p", 90),
	"one part exactly": strings.Repeat("x", 40),
}

// uniform is a batch that puts the same value n into five records, of which it deletes one
// in turn, in two collections.
func uniform(n int, padding string) store.Batch {
	var b store.Batch
	for i := range 5 {
		r := store.Record{Collection: "c", Key: fmt.Sprint("key ", i), Value: fmt.Append(nil, n, " ", padding)}
		if i == n%5 {
			r.Value = nil
		}
		b.Put = append(b.Put, r)
	}
	b.Put = append(b.Put, store.Record{Collection: "number", Key: "n", Value: fmt.Append(nil, n)})
	return b
}

// wantUniform returns the number of the batch that all records are of, 0 for none.
func wantUniform(t *testing.T, s store.Store, padding string) int {
	t.Helper()
	got, err := s.List(t.Context(), "c")
	if err != nil {
		t.Fatalf("List = %v", err)
	}
	number, err := s.Get(t.Context(), "number", "n")
	if err != nil {
		t.Fatalf("Get = %v", err)
	}
	n := 0
	if _, err := fmt.Sscan(string(number), &n); err != nil && number != nil {
		t.Fatalf("the number is %q", number)
	}
	if whole := isUniform(got, n, padding); !whole {
		t.Fatalf("after batch %d List = %q, want that batch whole", n, got)
	}
	for i := range 5 {
		value, err := s.Get(t.Context(), "c", fmt.Sprint("key ", i))
		if err != nil || value != nil && !slices.ContainsFunc(got, func(r store.Record) bool { return string(r.Value) == string(value) }) {
			t.Fatalf("Get of record %d = %q, %v; List has %q", i, value, err, got)
		}
	}
	return n
}

func isUniform(got []store.Record, n int, padding string) bool {
	var want []store.Record
	if n > 0 {
		want = slices.DeleteFunc(uniform(n, padding).Put, func(r store.Record) bool { return r.Value == nil || r.Collection != "c" })
	}
	return slices.EqualFunc(got, want, func(a, b store.Record) bool { return a.Key == b.Key && string(a.Value) == string(b.Value) })
}

func apply(t *testing.T, s store.Store, b store.Batch) {
	t.Helper()
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatalf("Apply = %v", err)
	}
}

var errKilled = errors.New("the process was killed")

// killedAt ends the process before or after its call n: nothing it does counts any more.
func killedAt(n int, done bool) func(context.Context, storetest.Call, func() error) error {
	calls := 0
	return func(_ context.Context, _ storetest.Call, do func() error) error {
		if calls++; calls == n && done {
			_ = do()
		}
		if calls >= n {
			return errKilled
		}
		return do()
	}
}

// oneAtATime has the calls of one process come one after the other, so that they can be
// counted.
func oneAtATime(intercept func(context.Context, storetest.Call, func() error) error) func(context.Context, storetest.Call, func() error) error {
	busy := make(chan struct{}, 1)
	return func(ctx context.Context, c storetest.Call, do func() error) error {
		busy <- struct{}{}
		defer func() { <-busy }()
		return intercept(ctx, c, do)
	}
}

// TestTableKilled kills a writer before and after each of its calls: its batch is there
// whole or not at all, it is there if the writer said so, and others go on.
func TestTableKilled(t *testing.T) {
	t.Parallel()
	for name, padding := range sizes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n, over := 1, false; !over; n++ {
				for _, done := range []bool{false, true} {
					table := storetest.NewTable()
					apply(t, openTable(t, table), uniform(1, padding))
					err := openTable(t, table.With(oneAtATime(killedAt(n, done)))).Apply(t.Context(), uniform(2, padding))
					over = err == nil && !dies(n, table, padding)
					wantWhole(t, table, padding, err, fmt.Sprintf("killed at call %d, done %t", n, done))
				}
			}
		})
	}
}

// dies tells whether a writer on the table makes n calls for another batch, which it does
// not write then.
func dies(n int, table *storetest.Table, padding string) bool {
	calls := 0
	s, err := store.Open(store.Config{Table: table.With(oneAtATime(func(_ context.Context, _ storetest.Call, do func() error) error {
		calls++
		return do()
	})), Account: "a", Namespace: "counted"})
	if err != nil {
		return false
	}
	for i := range 2 {
		calls = 0
		if err := store.Small(s).Apply(context.Background(), uniform(i+1, padding)); err != nil {
			return false
		}
	}
	return calls+2 >= n // the first time it also looks at the schema, and for old journals
}

// wantWhole looks at what a writer of batch 2 has left that ended with err, before and
// after the next one has written batch 3.
func wantWhole(t *testing.T, table *storetest.Table, padding string, err error, name string) {
	t.Helper()
	before := table.Rows()
	s := openTable(t, table)
	if got := wantUniform(t, s, padding); got < 1 || got > 2 || err == nil && got != 2 {
		t.Fatalf("%s: Apply = %v, and the batch is %d", name, err, got)
	}
	if after := table.Rows(); len(after) != len(before) {
		t.Errorf("%s: to read has changed the rows from %d to %d", name, len(before), len(after))
	}
	was := wantUniform(t, s, padding)
	apply(t, s, store.Batch{Put: []store.Record{{Collection: "other", Key: "k", Value: []byte("1")}}})
	if got := wantUniform(t, openTable(t, table), padding); got != was {
		t.Errorf("%s: after a batch with another record it is %d, and was %d", name, got, was)
	}
	apply(t, s, uniform(3, padding))
	if got := wantUniform(t, openTable(t, table), padding); got != 3 {
		t.Errorf("%s: after the next batch it is %d, want 3", name, got)
	}
}

// TestTableLostAnswers has each call of a writer fail once, before it is made or after:
// the writer makes it again, and its batch is there, and counts once.
func TestTableLostAnswers(t *testing.T) {
	t.Parallel()
	for name, padding := range sizes {
		for _, done := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, done %t", name, done), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					for n, lost := 1, true; lost; n++ {
						lost = loseAnswer(t, n, done, padding)
					}
				})
			})
		}
	}
}

func loseAnswer(t *testing.T, n int, done bool, padding string) (lost bool) {
	t.Helper()
	table := storetest.NewTable()
	apply(t, openTable(t, table), uniform(1, padding))
	calls := 0
	s := openTable(t, table.With(oneAtATime(func(_ context.Context, _ storetest.Call, do func() error) error {
		if calls++; calls != n {
			return do()
		}
		lost = true
		if done {
			_ = do()
		}
		return fmt.Errorf("throttled: %w", store.ErrUnavailable)
	})))
	b := uniform(2, padding)
	b.If = []store.Record{{Collection: "number", Key: "n", Value: []byte("1")}}
	if err := s.Apply(t.Context(), b); err != nil {
		t.Fatalf("Apply without the answer of call %d = %v, want nil", n, err)
	}
	if got := wantUniform(t, openTable(t, table), padding); got != 2 {
		t.Fatalf("without the answer of call %d it is batch %d, want 2", n, got)
	}
	return lost
}

// TestTableInterleaved stops a writer before each of its calls, has another process do
// something meanwhile, and lets the first go on, or die there.
func TestTableInterleaved(t *testing.T) {
	t.Parallel()
	meanwhile := map[string]func(t *testing.T, s store.Store, padding string){
		"one batch": func(t *testing.T, s store.Store, padding string) { t.Helper(); apply(t, s, uniform(3, padding)) },
		"two batches": func(t *testing.T, s store.Store, padding string) {
			t.Helper()
			apply(t, s, uniform(7, padding)) // which deletes the same record
			apply(t, s, uniform(3, padding))
		},
		"reads": func(t *testing.T, s store.Store, padding string) { t.Helper(); wantUniform(t, s, padding) },
	}
	for size, padding := range sizes {
		for other, do := range meanwhile {
			for _, dies := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, dies %t", size, other, dies), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						for n, stopped := 1, true; stopped; n++ {
							stopped = interleave(t, n, dies, padding, do)
						}
					})
				})
			}
		}
	}
}

func interleave(t *testing.T, n int, dies bool, padding string, do func(*testing.T, store.Store, string)) (stopped bool) {
	t.Helper()
	table := storetest.NewTable()
	apply(t, openTable(t, table), uniform(1, padding))
	calls := 0
	other := openTable(t, table)
	first := openTable(t, table.With(oneAtATime(func(_ context.Context, _ storetest.Call, call func() error) error {
		if calls++; calls == n {
			stopped = true
			do(t, other, padding)
		}
		if dies && calls >= n {
			return errKilled
		}
		return call()
	})))
	b := uniform(2, padding)
	b.If = []store.Record{{Collection: "number", Key: "n", Value: []byte("1")}}
	err := first.Apply(t.Context(), b)
	got := wantUniform(t, openTable(t, table), padding)
	last, conflict := 3, errors.Is(err, store.ErrConflict)
	switch {
	case got == 1 && (conflict || err == nil), got != 1 && got != 2 && got != last:
		t.Fatalf("stopped before call %d: Apply = %v, and it is batch %d", n, err, got)
	case err != nil && !conflict && !dies:
		t.Fatalf("stopped before call %d: Apply = %v, want nil or a conflict", n, err)
	}
	apply(t, openTable(t, table), uniform(4, padding))
	if got := wantUniform(t, openTable(t, table), padding); got != 4 {
		t.Fatalf("stopped before call %d: the next batch is %d, want 4", n, got)
	}
	return stopped
}

// TestTableListIsOfOneMoment stops a reader before each of its calls, while another process
// writes a batch and is killed at each of its own: the list is of one batch.
func TestTableListIsOfOneMoment(t *testing.T) {
	t.Parallel()
	for name, padding := range sizes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, begun := range []bool{false, true} {
					table := begin(t, begun, padding)
					was := wantUniform(t, openTable(t, table), padding)
					for n, stopped := 1, true; stopped; n++ {
						for kill, killed := 1, true; killed; kill++ {
							stopped, killed = readAcross(t, table.Clone(), was, n, kill, padding)
						}
					}
				}
			})
		})
	}
}

// begin returns a table with batch 1, and where begun is true with batch 2, whose writer
// was killed before it has copied any of it.
func begin(t *testing.T, begun bool, padding string) *storetest.Table {
	t.Helper()
	for n := 1; ; n++ {
		table := storetest.NewTable()
		apply(t, openTable(t, table), uniform(1, padding))
		if !begun {
			return table
		}
		_ = openTable(t, table.With(oneAtATime(killedAt(n, true)))).Apply(t.Context(), uniform(2, padding))
		for _, r := range table.Rows() {
			if strings.HasSuffix(r.Sort, "head") && strings.Contains(string(r.Data), `"journal"`) {
				return table
			}
		}
	}
}

func readAcross(t *testing.T, table *storetest.Table, was, n, kill int, padding string) (stopped, killed bool) {
	t.Helper()
	die := killedAt(kill, true)
	writer := openTable(t, table.With(oneAtATime(func(ctx context.Context, c storetest.Call, do func() error) error {
		err := die(ctx, c, do)
		killed = killed || err != nil
		return err
	})))
	meanwhile := func() { _ = writer.Apply(t.Context(), uniform(3, padding)) } // unless it is killed
	calls := 0
	reader := openTable(t, table.With(oneAtATime(func(_ context.Context, _ storetest.Call, do func() error) error {
		if calls++; calls == n {
			stopped = true
			meanwhile()
		}
		return do()
	})))
	got, err := reader.List(t.Context(), "c")
	if err != nil || !isUniform(got, was, padding) && !isUniform(got, 3, padding) {
		t.Fatalf("stopped before call %d, the writer killed at %d: List = %q, %v; want one batch", n, kill, got, err)
	}
	return stopped, killed
}

// TestTableSlowCopier has a platform stop a process after each of its calls, for long,
// while another deletes what it writes: what it does when it goes on brings nothing back.
func TestTableSlowCopier(t *testing.T) {
	t.Parallel()
	for _, pause := range []time.Duration{10 * time.Minute, 30 * time.Minute, 50 * time.Hour} {
		t.Run(pause.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for n, stopped := 1, true; stopped; n++ {
					stopped = stopForLong(t, n, pause)
				}
			})
		})
	}
}

func stopForLong(t *testing.T, n int, pause time.Duration) (stopped bool) {
	t.Helper()
	table := storetest.NewTable()
	other := store.Batch{Put: []store.Record{{Collection: "other", Key: "k", Value: []byte("1")}}}
	apply(t, openTable(t, table), other)
	calls := 0
	slow := openTable(t, table.With(oneAtATime(func(_ context.Context, _ storetest.Call, do func() error) error {
		calls++
		err := do()
		if calls == n {
			stopped = true
			time.Sleep(pause)
		}
		return err
	})))
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = slow.Apply(t.Context(), uniform(1, ""))
	}()
	time.Sleep(time.Minute)
	others := openTable(t, table)
	var deletes store.Batch
	for _, r := range uniform(2, "").Put {
		deletes.Put = append(deletes.Put, store.Record{Collection: r.Collection, Key: r.Key})
	}
	apply(t, others, deletes)
	for range 10 { // tombstones are swept as soon as they may be
		time.Sleep(pause / 11)
		if _, err := others.List(t.Context(), "c"); err != nil {
			t.Fatal(err)
		}
		apply(t, others, other)
	}
	written := wantUniform(t, others, "")
	<-over
	// It may have been written before, or as a whole when the process went on, and is
	// never there in part.
	if got := wantUniform(t, openTable(t, table), ""); got != written && got != 1 {
		t.Errorf("stopped for %v after call %d, it is batch %d, and was %d", pause, n, got, written)
	}
	return stopped
}
