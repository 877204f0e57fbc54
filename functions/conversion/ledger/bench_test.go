package ledger_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

// perBatch is how many events a batch of the benchmarks has.
const perBatch = 500

// batch returns the n-th: OTPs that are requested, and 4 of 5 verified.
func batch(n int, at time.Time) []window.Event {
	events := make([]window.Event, 0, perBatch)
	for i := 0; len(events) < perBatch; i++ {
		e := window.Event{
			Kind: window.OTPRequested, ID: fmt.Sprintf("otp-%d-%d", n, i), Time: at,
			Country: "SG", Prefix: fmt.Sprintf("+659%03d", i%100),
		}
		events = append(events, e)
		if e.Kind = window.OTPVerified; i%5 > 0 && len(events) < perBatch {
			events = append(events, e)
		}
	}
	return events
}

// BenchmarkEmbedded adds batches to a file, from one caller and from 8 at once as a
// server does, and prints how large the file is for each OTP. An operation is one event.
func BenchmarkEmbedded(b *testing.B) {
	for _, callers := range []int{1, 8} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "state.db")
			l := openLedger(b, openStore(b, store.Config{File: path}), ledger.Config{})
			before := cpuTime(b)
			fill(b, l, callers, b.N)
			info, err := os.Stat(path)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(b.N)/(cpuTime(b)-before).Seconds(), "events/cpu-s")
			b.ReportMetric(float64(info.Size())/(float64(b.N)*5/9), "bytes/otp")
		})
	}
}

// cpuTime is what this process has used: what counts where others use the machine.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// fill adds n events, in batches.
func fill(b *testing.B, l *ledger.Ledger, callers, n int) {
	b.Helper()
	at := time.Now()
	var next atomic.Int64
	var all errgroup.Group
	b.ResetTimer()
	for range callers {
		all.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i*perBatch >= n {
					return nil
				}
				if _, err := l.Add(b.Context(), batch(i, at)); err != nil {
					return err
				}
			}
		})
	}
	if err := all.Wait(); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
}

// BenchmarkCommit adds events one by one, each with a sync of its own.
func BenchmarkCommit(b *testing.B) {
	l := openLedger(b, openStore(b, store.Config{File: filepath.Join(b.TempDir(), "state.db")}), ledger.Config{})
	for n := range b.N {
		if _, err := l.Add(b.Context(), batch(n, time.Now())[:1]); err != nil {
			b.Fatal(err)
		}
	}
}
