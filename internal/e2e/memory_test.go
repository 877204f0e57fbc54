package e2e_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// TestMemoryOfAHundredThousandCards sweeps the largest fleet that was asked for in
// the smallest instance that clouds have, and looks at the most memory that
// the process has had.
func TestMemoryOfAHundredThousandCards(t *testing.T) {
	t.Parallel()
	o := newOutside(t, 100_000, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128") // any platform's word counts
	f := o.start(t)
	if r := f.sweep(); r.Checked != 100_000 || r.Messages != 1 {
		t.Errorf("sweep of 100000 cards = %+v, want all of them checked and one message", r)
	}
	peak := peakMemory(t, f.pid)
	t.Logf("%.0f MB at the most", float64(peak)/(1<<20))
	if peak > 128<<20 {
		t.Errorf("the process had %d bytes at the most, want under 128 MB", peak)
	}
}

// peakMemory returns the most bytes that a process has had resident.
func peakMemory(t *testing.T, pid int) int64 {
	t.Helper()
	return memoryOf(t, pid, "VmHWM")
}

// residentMemory returns the bytes that a process has resident.
func residentMemory(t *testing.T, pid int) int64 {
	t.Helper()
	return memoryOf(t, pid, "VmRSS")
}

func memoryOf(t *testing.T, pid int, what string) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(what + `:\s+([0-9]+) kB`).FindSubmatch(status)
	if match == nil {
		t.Fatalf("no %s in\n%s", what, status)
	}
	kb, err := strconv.ParseInt(string(match[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}
