//go:build redis

package redistest_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
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
func offer(t *testing.T, n int, redis string, span time.Duration, l load) outcome {
	t.Helper()
	s, url := cloud(t)
	s.Inject(aliyuntest.Fault{Kind: aliyuntest.Slow, Delay: 100 * time.Millisecond, Count: -1})
	l.PerSecond /= float64(n)
	text, err := json.Marshal(job{Cloud: url, Redis: redis, For: span, Load: &l})
	if err != nil {
		t.Fatal(err)
	}
	all := outcome{Answered: make([][]time.Duration, len(l.Deadlines))}
	var mu sync.Mutex
	var processes sync.WaitGroup
	for range n {
		processes.Go(func() {
			process := exec.CommandContext(t.Context(), os.Args[0])
			process.Env = append(os.Environ(), "REDISTEST_WORKER="+string(text))
			out, err := process.Output()
			var o outcome
			if err != nil || json.Unmarshal(out, &o) != nil {
				t.Errorf("a process: %v\n%s", err, out)
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

var span = flag.Duration("span", 10*time.Second, "for how long TestQuotaUnderLoad offers each load")

// TestQuotaUnderLoad offers three times the quota to one process and to four that share a
// Redis, by callers of 20 s and of 2 s, and by such of which half leave after 300 ms. The
// loads are offered at the same time: each has a quota of its own, and calls seldom.
func TestQuotaUnderLoad(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		processes int
		load      load
	}{
		{"goodput, one process", 1, load{Deadlines: []time.Duration{20 * time.Second, 2 * time.Second}}},
		{"goodput, four processes", 4, load{Deadlines: []time.Duration{20 * time.Second, 2 * time.Second}}},
		{"hang-ups, one process", 1, load{Deadlines: []time.Duration{20 * time.Second}, HangUp: 300 * time.Millisecond}},
		{"hang-ups, four processes", 4, load{Deadlines: []time.Duration{20 * time.Second}, HangUp: 300 * time.Millisecond}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.load.PerSecond = 60
			var redis string
			if tt.processes > 1 {
				redis = startRedis(t).address
			}
			o := offer(t, tt.processes, redis, *span, tt.load)
			used := o.used(*span)
			t.Logf("%.3f of the quota ended in answers that were read; ideal 1", used)
			for i, deadline := range tt.load.Deadlines {
				t.Logf("callers of %v: %d answered, p99 %v", deadline, len(o.Answered[i]), p99(o.Answered[i]).Round(time.Millisecond))
			}
			if used < 0.9 { // wide enough for a busy machine
				t.Errorf("%.3f of the quota ended in answers that were read, want 0.9", used)
			}
		})
	}
}
