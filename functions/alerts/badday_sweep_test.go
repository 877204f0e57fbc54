package alerts_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/logging"
	"signalbox/shared/notify"
	"signalbox/shared/serve/servetest"
	"signalbox/shared/store"
)

// badDay is the state on which the sweeps of a bad day are made.
type badDay struct {
	order badOrder
	limit string // of Go's memory
}

// badOrder is one of the sweeps, which a process of its own makes.
type badOrder struct {
	Sweep  badSweep     `json:"sweep"`
	Cards  int          `json:"cards"`
	State  store.Config `json:"state"`
	Result string       `json:"result"` // the file for its cost
}

func newBadDay(tb testing.TB, engine string, cards int, limit string) badDay {
	tb.Helper()
	folder := tb.TempDir()
	d := badDay{limit: limit, order: badOrder{Cards: cards, Result: filepath.Join(folder, "result")}}
	d.order.State = store.Config{File: filepath.Join(folder, "state.db"), Account: "main", Namespace: "alerts"}
	if engine == badRedis {
		d.order.State.RedisURL = "redis://" + miniredis.RunT(tb).Addr()
	}
	return d
}

// sweep has a process of its own make a sweep.
func (d badDay) sweep(tb testing.TB, sweep badSweep) badCost {
	tb.Helper()
	d.order.Sweep = sweep
	order, err := json.Marshal(d.order)
	if err != nil {
		tb.Fatal(err)
	}
	executable, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	command := exec.CommandContext(tb.Context(), executable, "-test.run=^TestBadDay$", "-badorder="+string(order))
	command.Env = append(command.Environ(), "GOMEMLIMIT="+d.limit)
	began := time.Now()
	if output, err := command.CombinedOutput(); err != nil {
		tb.Fatalf("sweep %s: %v\n%s", sweep, err, output)
	}
	cost := badCost{wall: time.Since(began), cpu: command.ProcessState.UserTime() + command.ProcessState.SystemTime()}
	result, err := os.ReadFile(d.order.Result)
	if err == nil {
		err = json.Unmarshal(result, &cost)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return cost
}

// make makes the sweep that another process has ordered, at the pace of Alibaba's
// quota but in a bubble's time.
func (o badOrder) make(t *testing.T) {
	t.Helper()
	time.Sleep(badStart[o.Sweep])
	state, err := store.Open(o.State)
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	counts, rules := &counted{Store: state}, standard()
	rules.Groups = rule.DefaultGroups()
	function, err := alerts.New(alerts.Config{
		Cards: newBadFleet(o.Cards, o.Sweep == badResolves || o.Sweep == badForgets), Rules: rules, Store: counts,
		Receivers: []notify.Receiver{{Name: alerts.SlackReceiver, Bot: new(willing), Channel: "alerts"}},
		Zone:      shanghai, Style: message.Style{Zone: shanghai}, Logger: logging.Discard(), Every: 40 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	var cost badCost
	before := servetest.OfKernel(t, os.Getpid(), "io", "wchar")
	for runs := 0; !cost.Report.Done || cost.Report.Waiting > 0; runs++ {
		if runs == 5 {
			t.Fatalf("the sweep is not done after %d runs: %+v", runs, cost.Report)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		cost.Report, _ = function.Sweep(ctx) // a run that is cut off is an error, and the next goes on
		cancel()
	}
	cost.Put, cost.Batches = counts.put.Load(), counts.batches.Load()
	cost.Written = max(store.Written(state), servetest.OfKernel(t, os.Getpid(), "io", "wchar")-before)
	cost.Peak = servetest.PeakBytes(t, os.Getpid())
	if info, err := os.Stat(o.State.File); err == nil {
		cost.Peak -= info.Size() // which is mapped, and the kernel takes it back when it needs memory
	}
	result, err := json.Marshal(cost)
	if err == nil {
		err = os.WriteFile(o.Result, result, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
