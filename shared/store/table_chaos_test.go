package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/shared/store"
	"signalbox/shared/store/storetest"
)

// TestTableChaos has processes write at once through calls that are slow, throttled or
// lose their answers, and some of them killed: every batch counts once, in one order, and
// who reads sees each whole.
func TestTableChaos(t *testing.T) {
	t.Parallel()
	for name, padding := range sizes {
		for seed := range uint64(6) {
			t.Run(fmt.Sprintf("%s, seed %d", name, seed), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					chaos(t, rand.New(rand.NewPCG(seed, 1)), padding)
				})
			})
		}
	}
}

func chaos(t *testing.T, random *rand.Rand, padding string) {
	t.Helper()
	table := storetest.NewTable()
	faults := &faults{random: random}
	var written, unknown atomic.Int64
	var writers, readers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range 12 {
				switch err := count(t, openTable(t, table.With(faults.process())), padding); {
				case err == nil:
					written.Add(1)
				case !errors.Is(err, store.ErrConflict):
					unknown.Add(1)
				}
				time.Sleep(faults.upTo(6 * time.Second))
			}
		})
	}
	stop := make(chan struct{})
	readers.Go(func() {
		s := openTable(t, table.With(faults.slow))
		for last := 0; ; time.Sleep(time.Second) {
			select {
			case <-stop:
				return
			default:
			}
			last = wantNewer(t, s, padding, last)
		}
	})
	writers.Wait()
	close(stop)
	readers.Wait()
	got := int64(wantUniform(t, openTable(t, table), padding))
	if got < written.Load() || got > written.Load()+unknown.Load() || written.Load() == 0 {
		t.Errorf("%d batches are there; %d writers got that as their answer, and %d got none", got, written.Load(), unknown.Load())
	}
	t.Logf("%d batches, %d of them not known to their writers, of %d calls", got, got-written.Load(), faults.calls)
}

// count writes the batch after the one that is there.
func count(t *testing.T, s store.Store, padding string) error {
	t.Helper()
	number, err := s.Get(t.Context(), "number", "n")
	if err != nil {
		return err
	}
	n := 0
	_, _ = fmt.Sscan(string(number), &n) // 0 in a new state
	b := uniform(n+1, padding)
	b.If = []store.Record{{Collection: "number", Key: "n", Value: number}}
	return s.Apply(t.Context(), b)
}

// wantNewer wants a list that is of one batch, not before the last one seen.
func wantNewer(t *testing.T, s store.Store, padding string, last int) int {
	t.Helper()
	before, errBefore := s.Get(t.Context(), "number", "n")
	got, err := s.List(t.Context(), "c")
	after, errAfter := s.Get(t.Context(), "number", "n")
	if err := errors.Join(errBefore, err, errAfter); err != nil {
		return last // it was throttled for too long
	}
	from, to := 0, 0
	_, _ = fmt.Sscan(string(before), &from)
	_, _ = fmt.Sscan(string(after), &to)
	if from < last || to < from {
		t.Errorf("the number was %d, then %d and %d", last, from, to)
	}
	for n := from; n <= to; n++ {
		if isUniform(got, n, padding) {
			return to
		}
	}
	t.Errorf("List = %q, want all of one batch from %d to %d", got, from, to)
	return to
}

// faults are what goes wrong between processes and their table.
type faults struct {
	mu     sync.Mutex
	random *rand.Rand
	calls  int
}

func (f *faults) upTo(d time.Duration) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Duration(f.random.Int64N(int64(d)))
}

// slow has a call take its time.
func (f *faults) slow(_ context.Context, _ storetest.Call, do func() error) error {
	time.Sleep(f.upTo(100 * time.Millisecond))
	err := do()
	time.Sleep(f.upTo(100 * time.Millisecond))
	return err
}

// process is what one process meets: one call in 20 fails, before or after it is made, and
// one in 100 is its last.
func (f *faults) process() func(context.Context, storetest.Call, func() error) error {
	var dead atomic.Bool
	return func(ctx context.Context, c storetest.Call, do func() error) error {
		f.mu.Lock()
		f.calls++
		chance, after := f.random.IntN(100), f.random.IntN(2) == 0
		f.mu.Unlock()
		if chance < 6 && after {
			_ = f.slow(ctx, c, do)
		}
		if chance == 5 {
			dead.Store(true)
		}
		switch {
		case dead.Load():
			return errKilled
		case chance < 5:
			return fmt.Errorf("lost: %w", store.ErrUnavailable)
		}
		return f.slow(ctx, c, do)
	}
}

// TestTableThrottled has a table that answers nothing: each call says what it attempted,
// in a bounded time, or when its own is over.
func TestTableThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		table := storetest.NewTable().With(func(context.Context, storetest.Call, func() error) error {
			return fmt.Errorf("throttled: %w", store.ErrUnavailable)
		})
		s := openTable(t, table)
		calls := map[string]func(context.Context) error{
			"get from c":    func(ctx context.Context) error { _, err := s.Get(ctx, "c", "k"); return err },
			"list c":        func(ctx context.Context) error { _, err := s.List(ctx, "c"); return err },
			"apply a batch": func(ctx context.Context) error { return s.Apply(ctx, one("1")) },
			"check":         s.Check,
		}
		for name, call := range calls {
			began := time.Now()
			err := call(t.Context())
			if took := time.Since(began); !errors.Is(err, store.ErrUnavailable) || !strings.HasPrefix(err.Error(), name) || took > 30*time.Second {
				t.Errorf("%s = %v after %v, want what was attempted within 30s", name, err, took)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			began = time.Now()
			err = call(ctx)
			cancel()
			if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took > 200*time.Millisecond {
				t.Errorf("%s = %v after %v, want it to end at the deadline", name, err, took)
			}
		}
	})
}

// TestTableStuck has each call take longer than it may: it counts as unavailable.
func TestTableStuck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first := true
		s := openTable(t, storetest.NewTable().With(func(ctx context.Context, _ storetest.Call, do func() error) error {
			if first {
				first = false
				<-ctx.Done()
				return ctx.Err()
			}
			return do()
		}))
		if _, err := s.Get(t.Context(), "c", "k"); err != nil {
			t.Errorf("Get after one call that got stuck = %v, want nil", err)
		}
	})
}

// TestTableOthersWait has a large batch being copied: another writer waits for that
// instead of copying it, too.
func TestTableOthersWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		table := storetest.NewTable()
		var large store.Batch
		for i := range 40 {
			large.Put = append(large.Put, store.Record{Collection: "c", Key: strconv.Itoa(i), Value: []byte("1")})
		}
		slow := openTable(t, table.With(func(_ context.Context, c storetest.Call, do func() error) error {
			if c.Name == "Put" && strings.HasSuffix(c.Key.Partition, ":c") {
				time.Sleep(time.Second)
			}
			return do()
		}))
		over := make(chan error, 1)
		go func() { over <- slow.Apply(t.Context(), large) }()
		time.Sleep(500 * time.Millisecond)
		copied := 0
		other := openTable(t, table.With(func(_ context.Context, c storetest.Call, do func() error) error {
			if c.Name == "Put" && strings.HasSuffix(c.Key.Partition, ":c") {
				copied++
			}
			return do()
		}))
		if got, err := other.List(t.Context(), "c"); err != nil || len(got) != 40 {
			t.Errorf("List while the batch is copied = %d records, %v; want all 40", len(got), err)
		}
		apply(t, other, store.Batch{Put: []store.Record{{Collection: "d", Key: "k", Value: []byte("1")}}})
		if err := <-over; err != nil || copied != 0 {
			t.Errorf("the slow one: %v; the other has copied %d records, want none", err, copied)
		}
	})
}

func TestTableRefusesLargeBatch(t *testing.T) {
	t.Parallel()
	table := storetest.NewTable()
	s := openTable(t, table)
	err := s.Apply(t.Context(), one(strings.Repeat("1", 5000)))
	if err == nil || errors.Is(err, store.ErrConflict) || !strings.Contains(err.Error(), "at most 4000") {
		t.Errorf("Apply = %v, want that the batch is too large", err)
	}
	if rows := table.Rows(); len(rows) > 0 {
		t.Errorf("%d rows were written, want none", len(rows))
	}
}

// TestTableIsShared has several accounts and namespaces in one table see nothing of each
// other, whatever their names.
func TestTableIsShared(t *testing.T) {
	t.Parallel()
	table := storetest.NewTable()
	names := []string{"", "a", "b", "a:b", "%", "~", "套餐", strings.Repeat("l", 2000)}
	var stores []store.Store
	for _, account := range names {
		for _, namespace := range names {
			s := openStore(t, store.Config{Table: table, Account: account, Namespace: namespace})
			stores = append(stores, s)
			apply(t, s, one(account+" "+namespace))
		}
	}
	for i, s := range stores {
		got, err := s.List(t.Context(), "c")
		want := names[i/len(names)] + " " + names[i%len(names)]
		if err != nil || len(got) != 1 || string(got[0].Value) != want {
			t.Errorf("List of %.20q = %.100q, %v; want its own record", want, got, err)
		}
	}
}

// TestTableSweeps leaves tombstones, parts and a journal that nobody needs: they are
// removed when that does no harm.
func TestTableSweeps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		table := storetest.NewTable()
		s := openTable(t, table)
		long := strings.Repeat("p", 200)
		apply(t, s, store.Batch{Put: []store.Record{{Collection: "c", Key: "k", Value: []byte(long)}, {Collection: "c", Key: "deleted", Value: []byte(long)}}})
		_ = openTable(t, table.With(oneAtATime(killedAt(6, true)))).Apply(t.Context(), store.Batch{Put: []store.Record{{Collection: "c", Key: "never", Value: []byte(long)}}})
		if !slices.ContainsFunc(table.Rows(), func(r store.Row) bool { return strings.Contains(r.Partition, ":journal:") }) {
			t.Fatal("the killed writer has left no journal")
		}
		apply(t, s, store.Batch{Put: []store.Record{{Collection: "c", Key: "k", Value: []byte("1")}, {Collection: "c", Key: "deleted"}}})
		for range 3 {
			time.Sleep(61 * time.Minute)
			if got, err := s.List(t.Context(), "c"); err != nil || len(got) != 1 || string(got[0].Value) != "1" {
				t.Fatalf("List = %v, %v; want the one record", got, err)
			}
			apply(t, s, store.Batch{Put: []store.Record{{Collection: "number", Key: "n", Value: []byte("1")}}})
		}
		var left []string
		for _, r := range table.Rows() {
			left = append(left, r.Partition[strings.LastIndex(r.Partition, ":")+1:]+" "+r.Sort)
		}
		if want := []string{"n head", "c k", "meta schema", "number n"}; !slices.Equal(left, want) {
			t.Errorf("the rows are %q, want %q", left, want)
		}
	})
}
