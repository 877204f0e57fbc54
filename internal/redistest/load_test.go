//go:build redis

package redistest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/quota"
)

// load is callers that come to one process.
type load struct {
	PerSecond float64         `json:"perSecond"`
	Deadlines []time.Duration `json:"deadlines"` // one of them each
	HangUp    time.Duration   `json:"hangUp"`    // after which every other caller leaves; 0: none does
}

// outcome is what became of them.
type outcome struct {
	Answered [][]time.Duration `json:"answered"` // and read, by deadline
	Unread   int               `json:"unread"`   // the caller had left
	Refused  int               `json:"refused"`
}

// work has the callers come, and writes the outcome.
func (l load) work(j job) int {
	client, err := j.client(&strings.Builder{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	o := outcome{Answered: make([][]time.Duration, len(l.Deadlines))}
	var mu sync.Mutex
	var callers sync.WaitGroup
	start := time.Now()
	for time.Since(start) < j.For {
		kind, hangUp := rand.IntN(len(l.Deadlines)), time.Duration(0)
		if rand.IntN(2) == 0 {
			hangUp = l.HangUp
		}
		callers.Go(func() {
			took, err := lookUp(client, l.Deadlines[kind], hangUp)
			_, exhausted := errors.AsType[*quota.ExhaustedError](err)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case time.Since(start) > j.For: // of permits after it
			case err == nil:
				o.Answered[kind] = append(o.Answered[kind], took)
			case exhausted:
				o.Refused++
			default:
				o.Unread++
			}
		})
		pause(context.Background(), time.Duration(rand.ExpFloat64()/l.PerSecond*float64(time.Second)))
	}
	callers.Wait()
	if err := json.NewEncoder(os.Stdout).Encode(o); err != nil {
		return 1
	}
	return 0
}

func lookUp(client *linkcard.Client, deadline, hangUp time.Duration) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if hangUp > 0 {
		stop := time.AfterFunc(hangUp, cancel)
		defer stop.Stop()
	}
	start := time.Now()
	_, err := client.ListCardInfo(ctx, linkcard.ListCardInfoRequest{PageNo: 1, PageSize: 10})
	return time.Since(start), err
}

// offer has so many processes share the load and returns what became of all.
func offer(b *testing.B, n int, redis string, span time.Duration, l load) outcome {
	b.Helper()
	s, url := cloud(b)
	s.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: 100 * time.Millisecond, Count: -1})
	l.PerSecond /= float64(n)
	text, err := json.Marshal(job{Cloud: url, Redis: redis, For: span, Load: &l})
	if err != nil {
		b.Fatal(err)
	}
	all := outcome{Answered: make([][]time.Duration, len(l.Deadlines))}
	var mu sync.Mutex
	var processes sync.WaitGroup
	for range n {
		processes.Go(func() {
			process := exec.CommandContext(b.Context(), os.Args[0])
			process.Env = append(os.Environ(), "REDISTEST_WORKER="+string(text))
			out, err := process.Output()
			var o outcome
			if err != nil || json.Unmarshal(out, &o) != nil {
				b.Errorf("a process: %v\n%s", err, out)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for i, list := range o.Answered {
				all.Answered[i] = append(all.Answered[i], list...)
			}
			all.Unread += o.Unread
			all.Refused += o.Refused
		})
	}
	processes.Wait()
	return all
}

// figures are the ways in which the measurements are made.
var figures = []struct {
	name      string
	processes int
}{{"one-process", 1}, {"four-processes", 4}}

// used is the part of the quota that ended in an answer that was read.
func (o outcome) used(span time.Duration) float64 {
	return float64(len(slices.Concat(o.Answered...))) / (0.995 * perSecond * span.Seconds())
}

func p99(list []time.Duration) time.Duration {
	slices.Sort(list)
	if len(list) == 0 {
		return 0
	}
	return list[len(list)*99/100]
}

// BenchmarkQuotaGoodput offers three times the quota by callers of 20 s and of 2 s.
func BenchmarkQuotaGoodput(b *testing.B) {
	for _, f := range figures {
		b.Run(f.name, func(b *testing.B) {
			const span = 45 * time.Second
			o := offer(b, f.processes, address(b, f.processes), span,
				load{PerSecond: 60, Deadlines: []time.Duration{20 * time.Second, 2 * time.Second}})
			report(b, o.used(span))
			b.ReportMetric(p99(o.Answered[0]).Seconds(), "s-p99-of-20s")
			b.ReportMetric(p99(o.Answered[1]).Seconds(), "s-p99-of-2s")
			b.ReportMetric(float64(len(o.Answered[1]))/float64(len(slices.Concat(o.Answered...))), "share-of-2s")
		})
	}
}

// BenchmarkQuotaHangUps has half of the callers leave after 300 ms.
func BenchmarkQuotaHangUps(b *testing.B) {
	for _, f := range figures {
		b.Run(f.name, func(b *testing.B) {
			const span = 30 * time.Second
			o := offer(b, f.processes, address(b, f.processes), span,
				load{PerSecond: 60, Deadlines: []time.Duration{20 * time.Second}, HangUp: 300 * time.Millisecond})
			report(b, o.used(span))
		})
	}
}

// address is of a Redis where several processes need one.
func address(b *testing.B, processes int) string {
	b.Helper()
	if processes == 1 {
		return ""
	}
	return startRedis(b).address
}

// report prints a figure beside the ideal and holds it to a bound that is wide
// enough for a busy machine.
func report(b *testing.B, used float64) {
	b.Helper()
	b.ReportMetric(used, "of-the-quota")
	b.ReportMetric(1, "ideal")
	b.ReportMetric(0, "ns/op")
	if used < 0.9 {
		b.Errorf("%.3f of the quota ended in answers that were read, want 0.9", used)
	}
}
