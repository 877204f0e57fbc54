package alerts_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
)

var (
	badCards = flag.Int("badcards", 4_000, "how many cards TestBadDay has")
	badFlag  = flag.String("badorder", "", "the sweep that this process is to make for TestBadDay, as JSON")
)

const (
	megabyte = 1 << 20
	// allBadCards is the largest fleet that was asked for. smallInstance is what an
	// instance has to have for it where a fifth fires at once: the templates have 512 MB.
	// smallLimit is what serve makes of 128 MB, so that Go does not keep what it could
	// give back.
	allBadCards   = 100_000
	smallInstance = 192 * megabyte
	smallLimit    = "86MiB"

	badFile  = "file"
	badRedis = "redis"
)

// badSweep is one of the sweeps of a bad day.
type badSweep string

const (
	badOpens     badSweep = "opens"
	badUnchanged badSweep = "unchanged"
	badResolves  badSweep = "resolves"
	badForgets   badSweep = "forgets"
)

var (
	badSweeps = []badSweep{badOpens, badUnchanged, badResolves, badForgets}
	badStart  = map[badSweep]time.Duration{badUnchanged: 40 * time.Minute, badResolves: 80 * time.Minute, badForgets: 4 * time.Hour}
)

// badCost is what a sweep of a bad day costs.
type badCost struct {
	Put     int64         `json:"put"`     // bytes of records
	Written int64         `json:"written"` // bytes, by the store's count or the kernel's
	Batches int64         `json:"batches"`
	Peak    int64         `json:"peak"` // bytes of memory
	Report  alerts.Report `json:"report"`

	cpu, wall time.Duration
}

// TestBadDay has a fifth of the fleet fire in one sweep, stay so in the next, be
// well in the third, and be forgotten in the last. Each is bounded in what it
// writes, asks for, and needs of memory.
func TestBadDay(t *testing.T) {
	t.Parallel()
	if *badFlag != "" {
		var order badOrder
		if err := json.Unmarshal([]byte(*badFlag), &order); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, order.make)
		return
	}
	if testing.Short() {
		t.Skip("a bad day counts bytes and time, which the race detector changes")
	}
	for engine, factor := range map[string]int64{badFile: 8, badRedis: 2} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			day := newBadDay(t, engine, *badCards, smallLimit)
			for _, sweep := range badSweeps {
				cost := day.sweep(t, sweep)
				t.Logf("%-9s %s", sweep, cost)
				if most := factor*cost.Put + megabyte; cost.Written > most {
					t.Errorf("sweep %s wrote %d bytes for %d of records, want at most %d", sweep, cost.Written, cost.Put, most)
				}
				cost.check(t, sweep, *badCards)
			}
		})
	}
}

// check wants what a sweep reports, calls nobody for what is known, and keeps to
// the memory of the instance. What a run that is cut off has asked for, the next
// may ask for again.
func (c badCost) check(t *testing.T, sweep badSweep, cards int) {
	t.Helper()
	firing := cards / badEach
	want, lookups := alerts.Report{Done: true, Cards: cards, Checked: cards}, firing
	switch sweep {
	case badOpens:
		want.Opened, want.Open = firing, firing
	case badUnchanged:
		want.Open, lookups = firing, 0
	case badResolves:
		want.Resolved = firing
	case badForgets:
		lookups = 0
	}
	got := c.Report
	got.Sweep, got.Messages, got.ListCalls, got.FlowCalls = "", 0, 0, 0
	if got != want {
		t.Errorf("sweep %s = %+v, want %+v", sweep, got, want)
	}
	if again := c.Report.FlowCalls - lookups; again < 0 || again > lookups/100 {
		t.Errorf("sweep %s made %d lookups, want %d", sweep, c.Report.FlowCalls, lookups)
	}
	if again := c.Report.ListCalls - pages(cards); again < 0 || again > pages(lookups) {
		t.Errorf("sweep %s made %d calls of the listing, want %d", sweep, c.Report.ListCalls, pages(cards))
	}
	if sweep == badUnchanged && c.Written > megabyte {
		t.Errorf("the unchanged sweep wrote %d bytes, want at most 1 MiB", c.Written)
	}
	if cards == allBadCards && c.Peak > smallInstance {
		t.Errorf("sweep %s had %d bytes of memory, want at most 192 MB", sweep, c.Peak)
	}
}

func (c badCost) String() string {
	return fmt.Sprintf("CPU %5.2f s, peak %6.1f MB, put %6.2f MB in %3d batches, written %6.2f MB, %d calls of the listing, %d lookups, %v",
		c.cpu.Seconds(), inMegabytes(c.Peak), inMegabytes(c.Put), c.Batches, inMegabytes(c.Written),
		c.Report.ListCalls, c.Report.FlowCalls, c.wall.Round(10*time.Millisecond))
}

func inMegabytes(bytes int64) float64 { return float64(bytes) / megabyte }

// BenchmarkBadDay shows what the sweeps of a bad day cost in an ordinary instance
// and in the smallest one.
func BenchmarkBadDay(b *testing.B) {
	for _, engine := range []string{badFile, badRedis} {
		for _, limit := range []string{"400MiB", smallLimit} {
			b.Run(engine+"/"+limit, func(b *testing.B) {
				day := newBadDay(b, engine, allBadCards, limit)
				for _, sweep := range badSweeps {
					cost := day.sweep(b, sweep) // once, since it changes the state
					b.Run(string(sweep), func(b *testing.B) { cost.report(b) })
				}
			})
		}
	}
}

func (c badCost) report(b *testing.B) {
	b.Helper()
	b.ReportMetric(float64(c.wall.Nanoseconds()), "ns/op")
	b.ReportMetric(c.cpu.Seconds(), "cpu-s")
	b.ReportMetric(inMegabytes(c.Peak), "peak-MB")
	b.ReportMetric(inMegabytes(c.Put), "put-MB")
	b.ReportMetric(inMegabytes(c.Written), "written-MB")
	b.ReportMetric(float64(c.Report.ListCalls), "list-calls")
	b.ReportMetric(float64(c.Report.FlowCalls), "lookups")
}
