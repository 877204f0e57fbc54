package serve

import (
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

const (
	cgroupRoot = "/sys/fs/cgroup"
	// unlimited is what cgroup v1 says for no limit, or more.
	unlimited = 1 << 62
	// memoryReserve is for what the runtime does not count: the executable
	// itself, the pages of a state file, and the kernel's part of each
	// connection.
	memoryReserve = 32 << 20
)

// limitMemory lets the collector work harder before the instance runs out of
// memory. GOMEMLIMIT has been heard by the runtime already, and wins.
func limitMemory(environ []string) {
	if variable(environ, "GOMEMLIMIT") != "" {
		return
	}
	if limit := softMemory(environ, readText); limit > 0 {
		debug.SetMemoryLimit(limit)
	}
}

// limitMemoryOf bounds a function by its own word where neither the platform nor the
// operator has one.
func limitMemoryOf(f Function) {
	if f.Memory > 0 && debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(f.Memory)
	}
}

// LimitMemory does for functions in one process what [Main] does for one. It is called
// once, at the start.
func LimitMemory(environ []string, all ...Function) {
	limitMemory(environ)
	var together Function
	for _, f := range all {
		if f.Memory == 0 {
			return // It may need as much as it likes.
		}
		together.Memory += f.Memory
	}
	limitMemoryOf(together)
}

func readText(name string) string {
	text, err := os.ReadFile(name) //nolint:gosec // The kernel's files.
	if err != nil {
		return "" // Another kind of machine.
	}
	return string(text)
}

// softMemory is four fifths of what the instance has, less a reserve, in bytes,
// but never below half of it: how much garbage may lie about before the
// collector hurries. It is 0 where the instance has no limit. read returns a
// file's text, or "".
func softMemory(environ []string, read func(name string) string) int64 {
	instance := instanceMemory(environ, read)
	return max(instance/5*4-memoryReserve, instance/2)
}

// instanceMemory is the smallest of the limits that the platform and the kernel
// name, in bytes; 0 without any.
//
// https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/environment-variables
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
// https://docs.kernel.org/admin-guide/cgroup-v2.html
func instanceMemory(environ []string, read func(name string) string) int64 {
	least := int64(unlimited)
	for _, name := range []string{"FC_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"} {
		if megabytes := positive(variable(environ, name)); megabytes < unlimited>>20 {
			least = min(least, megabytes<<20)
		}
	}
	for _, name := range limitFiles(read("/proc/self/cgroup")) {
		least = min(least, positive(read(name)))
	}
	if least == unlimited {
		return 0
	}
	return least
}

// limitFiles are those that may limit the process: its own cgroup's and every
// cgroup's around it. A container sees its own as the root.
func limitFiles(cgroups string) []string {
	files := []string{cgroupRoot + "/memory/memory.limit_in_bytes"}
	for line := range strings.Lines(cgroups) {
		group, v2 := strings.CutPrefix(strings.TrimSpace(line), "0::")
		for v2 && path.IsAbs(group) && group != "/" {
			files = append(files, path.Join(cgroupRoot, group, "memory.max"))
			group = path.Dir(group)
		}
	}
	return append(files, cgroupRoot+"/memory.max")
}

// positive reads a number above 0; anything else, such as "max", is no limit.
func positive(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n <= 0 {
		return unlimited
	}
	return min(n, unlimited)
}
