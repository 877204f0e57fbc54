package ledger_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

var (
	addTo = flag.String("add-to", "", "add OTP events to this state file, and nothing else")
	kills = flag.Int("kills", 20, "how often TestKilled kills")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *addTo != "" {
		fmt.Fprintln(os.Stderr, addForEver(*addTo, flag.Arg(0)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const (
	adders = 4
	inOne  = 30 // events of a batch
)

// eventsOf is a batch of an adder: OTPs that are requested and verified.
func eventsOf(run string, adder, n int, at time.Time) []window.Event {
	var events []window.Event
	for i := range inOne / 2 {
		id := fmt.Sprint(run, "/", adder, "/", n, "/", i)
		events = append(events, request(id, at), verify(id, at))
	}
	return events
}

// addForEver adds batches from several goroutines, and prints whose was acknowledged.
func addForEver(path, run string) error {
	s, err := store.Open(store.Config{File: path})
	if err != nil {
		return err
	}
	l, err := ledger.Open(s, ledger.Config{Rules: rules})
	if err != nil {
		return err
	}
	failed := make(chan error)
	for adder := range adders {
		go func() {
			for n := 0; ; n++ {
				if _, err := l.Add(context.Background(), eventsOf(run, adder, n, time.Now())); err != nil {
					failed <- err
					return
				}
				fmt.Println(adder, n) //nolint:forbidigo // to the test that has started this process
			}
		}()
	}
	return <-failed
}

// TestKilled kills a process at a moment of its own while it adds: what was
// acknowledged is there, each batch is whole or not there, and what is added again
// counts once.
func TestKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	var want int64
	for kill := range *kills {
		run := fmt.Sprint("run", kill)
		acknowledged := killed(t, path, run, 1+kill*7%40)
		s := openStore(t, store.Config{File: path})
		l := openLedger(t, s, ledger.Config{})
		for adder, batches := range acknowledged {
			for n := range batches + 1 {
				again(t, l, eventsOf(run, adder, n, time.Now()), n < batches)
				want += inOne / 2
			}
		}
		var got window.Counts
		found, err := l.Windows(t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		for _, w := range found {
			got = got.Add(window.Counts{Requested: w.Requested, Verified: w.Verified})
		}
		if err != nil || got.Requested != want || got.Verified != want {
			t.Fatalf("after kill %d: %+v counted, %v; want %d of each", kill, got, err, want)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// again adds a batch once more, as a client does that was not answered.
func again(t *testing.T, l *ledger.Ledger, events []window.Event, acknowledged bool) {
	t.Helper()
	outcomes, err := l.Add(t.Context(), events)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		switch {
		case acknowledged && o != window.Duplicate:
			t.Fatalf("%s was acknowledged and is %v, want duplicate", events[i].ID, o)
		case o != outcomes[0]:
			t.Fatalf("%s is %v, and another of its batch %v", events[i].ID, o, outcomes[0])
		}
	}
}

// killed starts a process that adds, kills it after so many batches, and returns how
// many of each adder were acknowledged.
func killed(t *testing.T, path, run string, batches int) (acknowledged [adders]int) {
	t.Helper()
	process := exec.CommandContext(t.Context(), os.Args[0], "-add-to", path, run)
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); batches-- {
		var adder, n int
		if _, err := fmt.Sscan(lines.Text(), &adder, &n); err != nil {
			break // a line that was cut off
		}
		acknowledged[adder] = max(acknowledged[adder], n+1)
		if batches == 1 {
			if err := process.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := process.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("the process ended with %v, want it killed", err)
	}
	return acknowledged
}
