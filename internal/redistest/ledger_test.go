//go:build redis

package redistest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/ledger/ledgertest"
	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

// ledgerEngine has a grace that a test can wait for by the clock of a real Redis.
func ledgerEngine(t *testing.T, url string) ledgertest.Engine {
	t.Helper()
	return ledgertest.Engine{
		Store: openState(t, store.Config{RedisURL: url, Account: t.Name(), Namespace: "conversion"}),
		Now:   time.Now, Grace: 5 * time.Second,
		Wait: func(d time.Duration) { <-time.After(d) },
	}
}

func TestLedgerContract(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	ledgertest.Contract(t, func(t *testing.T) ledgertest.Engine {
		t.Helper()
		return ledgerEngine(t, "redis://"+redis.address)
	})
}

// TestLedgerInCluster has a user that may do no more than doc/config.md says.
func TestLedgerInCluster(t *testing.T) {
	t.Parallel()
	_, url := startCluster(t)
	ledgertest.Contract(t, func(t *testing.T) ledgertest.Engine {
		t.Helper()
		return ledgerEngine(t, url)
	})
}

// TestLedgerWarning asks a Redis for its own policy.
func TestLedgerWarning(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]bool{"volatile-lru": true, "noeviction": false} {
		l := openLedger(t, startRedis(t, "--maxmemory-policy", policy).address)
		text, err := l.Warning(t.Context())
		if err != nil || strings.Contains(text, policy) != want {
			t.Errorf("Warning with the policy %s = %q, %v; want one: %t", policy, text, err, want)
		}
	}
}

// TestLedgerFull has a Redis without room: events are refused, and none in part.
func TestLedgerFull(t *testing.T) {
	t.Parallel()
	redis := startRedis(t, "--maxmemory", "3mb")
	l := openLedger(t, redis.address)
	for n := 0; ; n++ {
		before := redis.client(t).DBSize(t.Context()).Val()
		if _, err := l.Add(t.Context(), ledgerEvents("full", n, 500)); err != nil {
			if !strings.Contains(err.Error(), "OOM") || redis.client(t).DBSize(t.Context()).Val() != before {
				t.Errorf("Add to a full Redis = %v, want OOM and nothing written", err)
			}
			redis.client(t).ConfigSet(t.Context(), "maxmemory", "0")
			wantAll(t, l, ledgerEvents("full", n, 500), window.Accepted)
			return
		}
	}
}

func openLedger(tb testing.TB, address string) *ledger.Ledger {
	tb.Helper()
	s, l, err := newLedger(address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return l
}

// newLedger has windows close while a test runs.
func newLedger(address string) (store.Store, *ledger.Ledger, error) {
	s, err := store.Open(store.Config{RedisURL: "redis://" + address, Account: "main", Namespace: "conversion"})
	if err != nil {
		return nil, nil, err
	}
	l, err := ledger.Open(s, ledger.Config{Rules: window.Rules{Length: time.Second, Grace: time.Second}})
	return s, l, err
}

// ledgerEvents are a batch's: OTPs that are requested and verified.
func ledgerEvents(run string, n, size int) []window.Event {
	events := make([]window.Event, 0, size)
	for i := range size / 2 {
		e := window.Event{
			Kind: window.OTPRequested, ID: fmt.Sprint(run, "/", n, "/", i), Time: time.Now(), Country: "SG", Prefix: fmt.Sprint("+659", i%100),
		}
		events = append(events, e)
		e.Kind = window.OTPVerified
		events = append(events, e)
	}
	return events
}

func wantAll(t *testing.T, l *ledger.Ledger, events []window.Event, want window.Outcome) {
	t.Helper()
	outcomes, err := l.Add(t.Context(), events)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if o != want {
			t.Fatalf("%s is %v, want %v", events[i].ID, o, want)
		}
	}
}

// addForEver is an instance: it adds batches of its own and, as a queue would that
// delivers again, ones that all instances add, prints what was acknowledged, and
// closes and reports windows.
func addForEver(order string) int {
	address, run, _ := strings.Cut(order, " ")
	_, l, err := newLedger(address)
	for n := 0; err == nil; n++ {
		for _, name := range []string{run, "all"} {
			if err == nil {
				_, err = l.Add(context.Background(), ledgerEvents(name, n, 40))
			}
		}
		fmt.Println("batch", n, run) //nolint:forbidigo // to the test that has started this process
		if err == nil {
			err = reportWindows(l)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// reportWindows closes windows, prints their numbers, and then marks them.
func reportWindows(l *ledger.Ledger) error {
	if _, err := l.CloseDue(context.Background()); err != nil {
		return err
	}
	found, err := l.Oldest(context.Background(), window.Waiting, 10)
	for _, w := range found {
		fmt.Println("window", w.Start.Unix(), fmt.Sprint(w.Requested, "/", w.Verified)) //nolint:forbidigo // to the test
		w.Status = window.Reported
		err = errors.Join(err, l.Mark(context.Background(), w))
	}
	return err
}

// reports are what instances have reported.
type reports struct {
	mu      sync.Mutex
	numbers map[int]string
}

func (r *reports) add(t *testing.T, start int, numbers string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if before, ok := r.numbers[start]; ok && before != numbers {
		t.Errorf("the window of %d was reported with %s and with %s", start, before, numbers)
	}
	r.numbers[start] = numbers
}

// TestLedgerInstancesKilled kills four instances, one after the other, while they
// add and report: what was acknowledged is there, each batch is whole or not there,
// what all have added counts once, and each window was reported with the same numbers
// by all.
func TestLedgerInstancesKilled(t *testing.T) {
	t.Parallel()
	server, all := startRedis(t), &reports{numbers: make(map[int]string)}
	var acknowledged [4]int
	var instances sync.WaitGroup
	for i := range acknowledged {
		instances.Go(func() {
			acknowledged[i] = killedInstance(t, fmt.Sprint(server.address, " run", i), 100+300*i, all)
		})
	}
	instances.Wait()
	l := openLedger(t, server.address)
	batches := 0
	for i, n := range acknowledged {
		for batch := range n + 1 {
			again(t, l, ledgerEvents(fmt.Sprint("run", i), batch, 40), batch < n)
		}
		batches += n + 1
	}
	most := max(acknowledged[0], acknowledged[1], acknowledged[2], acknowledged[3])
	for batch := range most + 1 {
		again(t, l, ledgerEvents("all", batch, 40), batch < most)
	}
	want, got := int64(batches+most+1)*40, int64(0)
	found, err := l.Windows(t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	for _, w := range found {
		got += w.Requested + w.Verified + w.Late
		if _, ok := all.numbers[int(w.Start.Unix())]; ok {
			all.add(t, int(w.Start.Unix()), fmt.Sprint(w.Requested, "/", w.Verified))
		}
	}
	if err != nil || got != want {
		t.Errorf("%d events counted, %v; want %d", got, err, want)
	}
	if len(all.numbers) == 0 {
		t.Error("no window was reported, want some")
	}
}

// again adds a batch once more, which was written whole or not at all.
func again(t *testing.T, l *ledger.Ledger, events []window.Event, acknowledged bool) {
	t.Helper()
	outcomes, err := l.Add(t.Context(), events)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if acknowledged && o != window.Duplicate || (o == window.Duplicate) != (outcomes[0] == window.Duplicate) {
			t.Fatalf("%s is %v, and another of its batch %v, acknowledged: %t", events[i].ID, o, outcomes[0], acknowledged)
		}
	}
}

// killedInstance starts an instance, kills it after some batches and returns how many
// it said were acknowledged.
func killedInstance(t *testing.T, order string, batches int, all *reports) (acknowledged int) {
	t.Helper()
	process := exec.CommandContext(t.Context(), os.Args[0])
	process.Env = append(os.Environ(), "REDISTEST_LEDGER="+order)
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	if err != nil {
		t.Error(err)
		return 0
	}
	if err := process.Start(); err != nil {
		t.Error(err)
		return 0
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var what, numbers string
		var of int
		if n, _ := fmt.Sscan(lines.Text(), &what, &of, &numbers); n < 3 {
			break // a line that was cut off
		}
		if what == "window" {
			all.add(t, of, numbers)
		} else if acknowledged++; acknowledged == batches {
			_ = process.Process.Kill()
		}
	}
	var exit *exec.ExitError
	if err := process.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Errorf("an instance ended with %v, want it killed", err)
	}
	return acknowledged
}

// BenchmarkLedger adds events to Redis in batches, from several callers, and one by
// one. An operation is one event.
func BenchmarkLedger(b *testing.B) {
	for _, size := range []int{500, 2} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			server := startRedis(b)
			l := openLedger(b, server.address)
			before := server.info(b, "memory", "used_memory:")
			var mu sync.Mutex
			next := -1
			b.SetParallelism(4)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for {
					for range size {
						if !pb.Next() {
							return
						}
					}
					mu.Lock()
					next++
					n := next
					mu.Unlock()
					if _, err := l.Add(b.Context(), ledgerEvents("bench", n, size)); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(2*float64(server.info(b, "memory", "used_memory:")-before)/float64(b.N), "bytes/otp")
		})
	}
}
