package otptest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
	"signalbox/shared/serve/servetest"
	"signalbox/shared/store"
)

// What the benchmark sends: so many events, in batches, from so many callers at once.
const (
	benchEvents  = 200_000
	benchBatch   = 500
	benchCallers = 8
	benchCommits = 50
)

// Bounds are wide enough for a machine that others use too. The goal is 20,000 events
// a second, and half of what the bare ledger takes.
const (
	leastPerSecond = 15_000
	leastOfBare    = 0.4
)

// Bench is where the benchmark's function, and the bare ledger beside it, keep their
// state.
type Bench struct {
	Function, Bare store.Config
	// Used returns the bytes of the function's store.
	Used func() int64
}

// Run prints how many OTP events a built function that has one core takes over HTTP,
// and how many its ledger does without it: for a second of the process's own time on a
// processor, so that neither the client nor other processes count.
func (x Bench) Run(b *testing.B) {
	b.Helper()
	for b.Loop() {
		bare := x.bare(b)
		over, wall := x.overHTTP(b)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(benchEvents/over.Seconds(), "http-events/cpu-s")
		b.ReportMetric(benchEvents/wall.Seconds(), "http-events/s")
		b.ReportMetric(benchEvents/bare.Seconds(), "bare-events/cpu-s")
		b.ReportMetric(bare.Seconds()/over.Seconds(), "of-bare")
		if got := benchEvents / over.Seconds(); got < leastPerSecond || bare.Seconds()/over.Seconds() < leastOfBare {
			b.Errorf("%.0f events a second, %.2f of the bare ledger's; want %d and %.2f", got, bare.Seconds()/over.Seconds(), leastPerSecond, leastOfBare)
		}
	}
}

// benchEvent is one of a batch: OTPs are requested, and 4 of 5 verified.
func benchEvent(batch, i int, at time.Time) (e window.Event, to string) {
	otp, kind := i/9*5+(i%9+1)/2, window.OTPVerified
	if i%9 == 0 || i%2 == 1 {
		kind = window.OTPRequested
	}
	prefix := fmt.Sprintf("+659%03d", otp%200)
	id := fmt.Sprintf("3f2c1a7e-8b1d-4f0c-9d55-%06x%06x", batch, otp)
	return window.Event{Kind: kind, ID: id, Time: at, Country: "SG", Prefix: prefix}, prefix + "4567"
}

// bare returns the time on the processor that the ledger alone takes.
func (x Bench) bare(b *testing.B) time.Duration {
	b.Helper()
	s, err := store.Open(x.Bare)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	l, err := ledger.Open(s, ledger.Config{Rules: window.Rules{Length: 5 * time.Minute, Grace: 10 * time.Minute}})
	if err != nil {
		b.Fatal(err)
	}
	at := time.Now().Truncate(time.Millisecond)
	batches := make([][]window.Event, benchEvents/benchBatch)
	for n := range batches {
		for i := range benchBatch {
			e, _ := benchEvent(n, i, at)
			batches[n] = append(batches[n], e)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	runtime.GC()
	before := used(b)
	eachBatch(b, func(ctx context.Context, n int) error {
		_, err := l.Add(ctx, batches[n])
		return err
	})
	return used(b) - before
}

// used is the time that this process has had on a processor.
func used(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// usedBy is the same of another process, see proc_pid_stat(5).
func usedBy(b *testing.B, pid int) time.Duration {
	b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')'):]))
	user, err := strconv.Atoi(fields[12])
	system, err2 := strconv.Atoi(fields[13])
	if err != nil || err2 != nil {
		b.Fatalf("the time in %s: %v, %v", raw, err, err2)
	}
	return time.Duration(user+system) * time.Second / 100
}

// eachBatch calls do for each batch, from several callers.
func eachBatch(b *testing.B, do func(ctx context.Context, n int) error) {
	b.Helper()
	all, ctx := errgroup.WithContext(b.Context())
	var next atomic.Int64
	for range benchCallers {
		all.Go(func() error {
			for n := next.Add(1) - 1; n < benchEvents/benchBatch; n = next.Add(1) - 1 {
				if err := do(ctx, int(n)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		b.Fatal(err)
	}
}

// overHTTP returns the time on the processor that a built function takes, and the time
// that goes by.
func (x Bench) overHTTP(b *testing.B) (processor, wall time.Duration) {
	b.Helper()
	p := servetest.StartHTTP(b, servetest.Build(b, "signalbox/functions/conversion/bootstrap"),
		append(environment("http://127.0.0.1:1", x.Function), "GOMAXPROCS=1")...)
	at := time.Now().Truncate(time.Millisecond)
	bodies := make([][]byte, benchEvents/benchBatch)
	for n := range bodies {
		bodies[n] = benchBody(n, at)
	}
	if err := post(b.Context(), p.URL, []byte(`{"type":"requested","id":"the first"}`)); err != nil {
		b.Fatal(err)
	}
	empty, before, began := x.Used(), usedBy(b, p.PID()), time.Now()
	eachBatch(b, func(ctx context.Context, n int) error { return post(ctx, p.URL, bodies[n]) })
	processor, wall = usedBy(b, p.PID())-before, time.Since(began)
	b.ReportMetric(float64(x.Used()-empty)/(benchEvents*5/9), "bytes/otp")
	commits := make([]time.Duration, benchCommits)
	for i := range commits {
		began := time.Now()
		if err := post(b.Context(), p.URL, fmt.Appendf(nil, `{"type":"requested","id":"commit-%d"}`, i)); err != nil {
			b.Fatal(err)
		}
		commits[i] = time.Since(began)
	}
	slices.Sort(commits)
	b.ReportMetric(float64(commits[benchCommits/2].Microseconds())/1000, "ms/commit")
	return processor, wall
}

func benchBody(n int, at time.Time) []byte {
	body := []byte("[")
	for i := range benchBatch {
		e, to := benchEvent(n, i, at)
		kind := "requested"
		if e.Kind == window.OTPVerified {
			kind = "verified"
		}
		body = fmt.Appendf(body, `{"type":%q,"id":%q,"time":%d,"to":%q},`, kind, e.ID, at.UnixMilli(), to)
	}
	body[len(body)-1] = ']'
	return body
}

var benchClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchCallers}}

// post wants all events of a body accepted.
func post(ctx context.Context, url string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/otp-events", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := benchClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && !bytes.Contains(answer, []byte(`"duplicate":0,"late":0,"refused":0`)) {
		err = fmt.Errorf("POST /otp-events = %d, %s", resp.StatusCode, answer)
	}
	return err
}
