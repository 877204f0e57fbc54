package ledger_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

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

// BenchmarkEmbedded adds batches from 8 callers at once, as a server would, to a file
// that has some OTPs already. An operation is one event.
func BenchmarkEmbedded(b *testing.B) {
	for _, callers := range []int{1, 8} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "state.db")
			l, err := ledger.Open(openStore(b, store.Config{File: path}), ledger.Config{Rules: window.Rules{Length: 5 * time.Minute, Grace: 10 * time.Minute}})
			if err != nil {
				b.Fatal(err)
			}
			fill(b, l, callers, b.N)
			info, err := os.Stat(path)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(info.Size())/(float64(b.N)*5/9), "bytes/otp")
		})
	}
}

// fill adds n events, in batches.
func fill(b *testing.B, l *ledger.Ledger, callers, n int) {
	b.Helper()
	at := time.Now()
	var next atomic.Int64
	b.SetParallelism(callers)
	b.ResetTimer()
	done := make(chan error, callers)
	for range callers {
		go func() {
			for {
				at := at
				i := int(next.Add(1)) - 1
				if i*perBatch >= n {
					done <- nil
					return
				}
				if _, err := l.Add(b.Context(), batch(i, at)); err != nil {
					done <- err
					return
				}
			}
		}()
	}
	for range callers {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
}
