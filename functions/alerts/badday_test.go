package alerts_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/message"
	"signalbox/shared/logging"
	"signalbox/shared/notify"
	"signalbox/shared/store"
)

var (
	badCards = flag.Int("badcards", 10_000, "how many cards TestBadDay has")
	badSweep = flag.String("badsweep", "", "the sweep that this process is to make for TestBadDay, as JSON")
)

// allBadCards is the largest fleet that was asked for.
const allBadCards = 100_000

// The sweeps of the bad day.
const (
	badOpens = iota
	badUnchanged
	badResolves
	badForgets // what was resolved, two hours later
)

var badSweeps = []string{"opens", "unchanged", "resolves", "forgets"}

// sweepOrder is one sweep of the bad day, which a process of its own makes.
type sweepOrder struct {
	Number int          `json:"number"`
	Cards  int          `json:"cards"`
	State  store.Config `json:"state"`
	Result string       `json:"result"` // the file for its cost
}

// cost is what a sweep takes.
type cost struct {
	Put     int64 `json:"put"`     // bytes of the records
	Written int64 `json:"written"` // bytes, by the store's own count
	Wrote   int64 `json:"wrote"`   // bytes, by the kernel's
	Batches int64 `json:"batches"`
	Peak    int64 `json:"peak"` // bytes of the process
	Runs    int   `json:"runs"`

	Report alerts.Report `json:"report"`

	cpu, wall time.Duration
}

// badDay is the state on which the sweeps of a bad day are made.
type badDay struct {
	order sweepOrder
	limit string // of Go's memory
}

func newBadDay(tb testing.TB, cards int, redis bool, limit string) badDay {
	tb.Helper()
	d := badDay{sweepOrder{Cards: cards, State: store.Config{Account: "main", Namespace: "alerts"}}, limit}
	folder := tb.TempDir()
	d.order.Result = filepath.Join(folder, "result")
	if redis {
		d.order.State.RedisURL = "redis://" + miniredis.RunT(tb).Addr()
	} else {
		d.order.State.File = filepath.Join(folder, "state.db")
	}
	return d
}

// sweep has a process of its own make the next sweep.
func (d badDay) sweep(tb testing.TB, number int) cost {
	tb.Helper()
	d.order.Number = number
	order, err := json.Marshal(d.order)
	if err != nil {
		tb.Fatal(err)
	}
	own, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	command := exec.CommandContext(tb.Context(), own, "-test.run=^TestBadDay$", "-badsweep="+string(order))
	command.Env = append(command.Environ(), "GOMEMLIMIT="+d.limit)
	began := time.Now()
	if output, err := command.CombinedOutput(); err != nil {
		tb.Fatalf("sweep %s: %v\n%s", badSweeps[number], err, output)
	}
	c := cost{wall: time.Since(began), cpu: command.ProcessState.UserTime() + command.ProcessState.SystemTime()}
	result, err := os.ReadFile(d.order.Result)
	if err == nil {
		err = json.Unmarshal(result, &c)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// make makes the sweep that another process has asked for, at the pace of
// Alibaba's quota but in a time of its own.
func (o sweepOrder) make(t *testing.T) {
	t.Helper()
	time.Sleep(time.Duration(o.Number) * 40 * time.Minute)
	if o.Number == badForgets {
		time.Sleep(2 * time.Hour)
	}
	state, err := store.Open(o.State)
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	counts := &counted{Store: state}
	function, err := alerts.New(alerts.Config{
		Cards: newBadFleet(o.Cards, o.Number >= badResolves), Rules: standard(), Store: counts,
		Receivers: []notify.Receiver{{Name: alerts.SlackReceiver, Bot: new(willing), Channel: "alerts"}},
		Zone:      shanghai, Style: message.Style{Zone: shanghai}, Logger: logging.Discard(), Every: 40 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	var c cost
	wrote := kernelCounts(t, "io", "wchar")
	for !c.Report.Done || c.Report.Waiting > 0 {
		if c.Runs++; c.Runs > 10 {
			t.Fatalf("a sweep takes more than 10 runs: %+v", c.Report)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		c.Report, _ = function.Sweep(ctx) // the report says how far it got
		cancel()
	}
	c.Put, c.Batches, c.Written = counts.put.Load(), counts.batches.Load(), store.Written(state)
	c.Wrote = kernelCounts(t, "io", "wchar") - wrote
	c.Peak = kernelCounts(t, "status", "VmHWM") << 10
	result, err := json.Marshal(c)
	if err == nil {
		err = os.WriteFile(o.Result, result, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// kernelCounts returns a number that the kernel has of this process.
func kernelCounts(t *testing.T, file, name string) int64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/" + file)
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`(?m)^` + name + `:\s+([0-9]+)`).FindSubmatch(text)
	if match == nil {
		t.Fatalf("no %s in\n%s", name, text)
	}
	count, err := strconv.ParseInt(string(match[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// TestBadDay has a fifth of the fleet fire in one sweep, stay so in the next, and
// be well in the third.
func TestBadDay(t *testing.T) {
	t.Parallel()
	if *badSweep != "" {
		var order sweepOrder
		if err := json.Unmarshal([]byte(*badSweep), &order); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, order.make)
		return
	}
	for _, redis := range []bool{false, true} {
		t.Run(badName(redis), func(t *testing.T) {
			t.Parallel()
			day := newBadDay(t, *badCards, redis, "112MiB")
			for number, name := range badSweeps {
				c := day.sweep(t, number)
				t.Logf("%s: %v", name, c)
				c.check(t, number, *badCards, redis)
			}
		})
	}
}

func badName(redis bool) string {
	if redis {
		return "redis"
	}
	return "file"
}

const megabyte = 1 << 20

func (c cost) String() string {
	mb := func(bytes int64) string { return fmt.Sprintf("%.2f MB", float64(bytes)/megabyte) }
	return fmt.Sprintf("put %s in %d batches, written %s, by the kernel %s; CPU %.2f s, peak %s; %d + %d calls in %d runs; wall %.2f s",
		mb(c.Put), c.Batches, mb(c.Written), mb(c.Wrote), c.cpu.Seconds(), mb(c.Peak), c.Report.ListCalls, c.Report.FlowCalls, c.Runs, c.wall.Seconds())
}

// check wants a sweep to keep to what a bad day may cost.
func (c cost) check(t *testing.T, number, cards int, redis bool) {
	t.Helper()
	name, firing := badSweeps[number], cards/badEach
	most := 8*c.Put + megabyte
	if redis {
		most = 2*c.Put + megabyte
	}
	lookups := firing
	if number == badUnchanged || number == badForgets {
		most, lookups = min(most, megabyte), 0
	}
	if number == badForgets {
		most = 8*c.Put + megabyte
	}
	if wrote := max(c.Written, c.Wrote); wrote > most {
		t.Errorf("sweep %s: %d bytes were written for %d of records, want at most %d", name, wrote, c.Put, most)
	}
	if c.Report.FlowCalls != lookups || c.Report.ListCalls != pages(cards) {
		t.Errorf("sweep %s: %d lookups and %d calls of the listing, want %d and %d", name, c.Report.FlowCalls, c.Report.ListCalls, lookups, pages(cards))
	}
	if cards == allBadCards && c.Peak > 128*megabyte {
		t.Errorf("sweep %s: the process had %d bytes, want at most 128 MB", name, c.Peak)
	}
	opened, open, resolved := 0, firing, 0
	switch number {
	case badOpens:
		opened = firing
	case badResolves:
		open, resolved = 0, firing
	case badForgets:
		open = 0
	}
	if r := c.Report; r.Opened != opened || r.Open != open || r.Resolved != resolved || r.Checked != cards {
		t.Errorf("sweep %s: %+v, want %d opened, %d open and %d resolved", name, r, opened, open, resolved)
	}
}

// BenchmarkBadDay shows what the sweeps of a bad day cost, each in a process of its
// own.
func BenchmarkBadDay(b *testing.B) {
	for _, redis := range []bool{false, true} {
		for _, limit := range []string{"400MiB", "112MiB"} {
			b.Run(badName(redis)+"/"+limit, func(b *testing.B) {
				day := newBadDay(b, allBadCards, redis, limit)
				for number, name := range badSweeps {
					c := day.sweep(b, number)
					b.Run(name, func(b *testing.B) { c.report(b) })
				}
			})
		}
	}
}

func (c cost) report(b *testing.B) {
	b.ReportMetric(float64(c.wall.Nanoseconds()), "ns/op")
	b.ReportMetric(c.cpu.Seconds(), "cpu-s")
	b.ReportMetric(float64(c.Peak)/megabyte, "peak-MB")
	b.ReportMetric(float64(c.Put)/megabyte, "put-MB")
	b.ReportMetric(float64(max(c.Written, c.Wrote))/megabyte, "written-MB")
	b.ReportMetric(float64(c.Report.ListCalls), "list-calls")
	b.ReportMetric(float64(c.Report.FlowCalls), "lookups")
}
