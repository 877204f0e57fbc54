package metric

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"
)

// readSystem is what Linux says of this process. What it does not say is left out.
//
// https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html
func readSystem() map[*Definition]float64 {
	values := make(map[*Definition]float64)
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) == nil {
		values[processCPU.Definition] = time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
	}
	if statm, err := os.ReadFile("/proc/self/statm"); err == nil {
		fields := bytes.Fields(statm)
		for i, d := range []*Definition{processVirtual.Definition, processMemory.Definition} {
			if i >= len(fields) {
				break
			}
			if pages, err := strconv.ParseUint(string(fields[i]), 10, 64); err == nil {
				values[d] = float64(pages) * float64(os.Getpagesize())
			}
		}
	}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		values[processFiles.Definition] = float64(len(files) - 1) // but the one that lists them
	}
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		values[processLimit.Definition] = float64(limit.Cur)
	}
	return values
}
