package servetest

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// PeakBytes returns the most bytes that a process has had resident so far.
func PeakBytes(tb testing.TB, pid int) int64 {
	tb.Helper()
	return OfKernel(tb, pid, "status", "VmHWM") << 10
}

// ResidentBytes returns the bytes that a process has resident.
func ResidentBytes(tb testing.TB, pid int) int64 {
	tb.Helper()
	return OfKernel(tb, pid, "status", "VmRSS") << 10
}

// OfKernel returns the number called name in /proc/PID/FILE, in the unit of that file,
// which for memory is 1,024 bytes.
func OfKernel(tb testing.TB, pid int, file, name string) int64 {
	tb.Helper()
	path := fmt.Sprintf("/proc/%d/%s", pid, file)
	text, err := os.ReadFile(path) //nolint:gosec // The kernel's file.
	if err != nil {
		tb.Fatal(err)
	}
	match := regexp.MustCompile(`(?m)^` + name + `:\s+([0-9]+)`).FindSubmatch(text)
	if match == nil {
		tb.Fatalf("no %s in %s:\n%s", name, path, text)
	}
	count, err := strconv.ParseInt(string(match[1]), 10, 64)
	if err != nil {
		tb.Fatalf("read %s in %s: %v", name, path, err)
	}
	return count
}
