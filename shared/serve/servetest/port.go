package servetest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// Ports that systems do not hand out by themselves. Of those that they do, a
// server of another test could get the one that was just found free, and would
// answer instead of the child.
const (
	firstPort = 10_240
	lastPort  = 32_767
)

// FreePort returns a port of the loopback interface on which nobody listens. Until tb
// ends no other test gets it, nor one of another process of this user.
func FreePort(tb testing.TB) string {
	tb.Helper()
	for range 100 {
		port := strconv.Itoa(firstPort + rand.IntN(lastPort-firstPort))
		taken, err := takePort(port)
		if err != nil {
			continue // another test has it
		}
		listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:"+port)
		if err != nil {
			_ = taken.Close() // It holds nothing that is of use.
			continue
		}
		_ = listener.Close() // What matters is that it was free.
		tb.Cleanup(func() { _ = taken.Close() })
		return port
	}
	tb.Fatalf("find a free port: a hundred were taken")
	return ""
}

// takePort locks a file that stands for a port. The lock ends with the file, or with the
// process.
func takePort(port string) (*os.File, error) {
	folder := filepath.Join(os.TempDir(), fmt.Sprintf("signalbox-ports-%d", os.Getuid()))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(folder, port), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // A number of ours.
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close() // The lock is another's.
		return nil, err
	}
	return file, nil
}
