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
	"strconv"
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

// short has windows close while the test runs, and some events come late.
var short = window.Rules{Length: time.Second, Grace: 50 * time.Millisecond}

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

// reportForEver closes windows, prints their numbers, and then marks them.
func reportForEver(l *ledger.Ledger) error {
	for {
		if _, err := l.CloseDue(context.Background()); err != nil {
			return err
		}
		found, err := l.Oldest(context.Background(), window.Waiting, 10)
		if err != nil {
			return err
		}
		for _, w := range found {
			fmt.Println("window", w.Start.Unix(), fmt.Sprint(w.Requested, "/", w.Verified)) //nolint:forbidigo // to the test
			w.Status = window.Reported
			if err := l.Mark(context.Background(), w); err != nil {
				return err
			}
		}
	}
}

// addForEver adds batches from several goroutines, and prints whose was acknowledged.
func addForEver(path, run string) error {
	s, err := store.Open(store.Config{File: path})
	if err != nil {
		return err
	}
	l, err := ledger.Open(s, ledger.Config{Rules: short})
	if err != nil {
		return err
	}
	failed := make(chan error)
	go func() { failed <- reportForEver(l) }()
	for adder := range adders {
		go func() {
			for n := 0; ; n++ {
				if _, err := l.Add(context.Background(), eventsOf(run, adder, n, time.Now())); err != nil {
					failed <- err
					return
				}
				fmt.Println("batch", adder, n) //nolint:forbidigo // to the test that has started this process
			}
		}()
	}
	return <-failed
}

// TestKilled kills a process at a moment of its own while it adds and reports: what
// was acknowledged is there, each batch is whole or not there, what is added again
// counts once, and each window is reported with the same numbers each time.
func TestKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	reported := make(map[int64]string)
	var want int64
	for kill := range *kills {
		run := fmt.Sprint("run", kill)
		acknowledged := killed(t, path, run, 1+kill*97%150, reported)
		s := openStore(t, store.Config{File: path})
		l := openLedger(t, s, ledger.Config{Rules: short})
		for adder, batches := range acknowledged {
			want += again(t, l, run, adder, batches)
		}
		var got int64
		found, err := l.Windows(t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		for _, w := range found {
			got += w.Requested + w.Verified + w.Late
			numbers := fmt.Sprint(w.Requested, "/", w.Verified)
			if before, ok := reported[w.Start.Unix()]; ok && before != numbers {
				t.Errorf("after kill %d the window of %v has %s, and was reported with %s", kill, w.Start, numbers, before)
			}
		}
		if err != nil || got != want {
			t.Fatalf("after kill %d: %d events counted, %v; want %d", kill, got, err, want)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if *kills >= 20 && len(reported) == 0 {
		t.Error("no window was reported, want some")
	}
}

// again adds an adder's batches once more, as a client does that was not answered:
// those that were acknowledged, and one that may have been written whole or not at
// all. It returns how many events that makes.
func again(t *testing.T, l *ledger.Ledger, run string, adder, acknowledged int) int64 {
	t.Helper()
	var events []window.Event
	for n := range acknowledged + 1 {
		events = append(events, eventsOf(run, adder, n, time.Now())...)
	}
	outcomes, err := l.Add(t.Context(), events)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		of := i / inOne
		switch {
		case of < acknowledged && o != window.Duplicate:
			t.Fatalf("%s was acknowledged and is %v, want duplicate", events[i].ID, o)
		case (o == window.Duplicate) != (outcomes[of*inOne] == window.Duplicate):
			t.Fatalf("%s is %v, and another of its batch %v", events[i].ID, o, outcomes[of*inOne])
		}
	}
	return int64(len(events))
}

// killed starts a process that adds, kills it after so many batches, and returns how
// many of each adder were acknowledged. What was reported is added to reported.
func killed(t *testing.T, path, run string, batches int, reported map[int64]string) (acknowledged [adders]int) {
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
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var what, numbers string
		var of int64
		if n, _ := fmt.Sscan(lines.Text(), &what, &of, &numbers); n < 3 {
			break // a line that was cut off
		}
		if what == "window" {
			if before, ok := reported[of]; ok && before != numbers {
				t.Errorf("the window of %d was reported with %s and with %s", of, before, numbers)
			}
			reported[of] = numbers
			continue
		}
		n, err := strconv.Atoi(numbers)
		if err != nil {
			t.Fatal(err)
		}
		acknowledged[of] = max(acknowledged[of], n+1)
		if batches--; batches == 0 {
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
