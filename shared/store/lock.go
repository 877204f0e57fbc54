package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lockWait is how long another's lock is waited for, and lockPoll how often it is
// asked for: flock has no way to wait until a deadline.
const (
	lockWait = 10 * time.Second
	lockPoll = 20 * time.Millisecond
)

// openLocked opens the file at path and locks it against other processes: for
// itself alone, or with other readers. The lock is kept until f is closed and
// bbolt has released its map.
func openLocked(ctx context.Context, path string, readOnly bool) (*os.File, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, lockWait, errLockWait)
	defer cancel()
	how := os.O_RDWR
	if readOnly {
		how = os.O_RDONLY
	}
	for {
		f, err := os.OpenFile(path, how, 0) //nolint:gosec // the operator's path
		if err != nil {
			return nil, err
		}
		if err := lock(ctx, f, readOnly); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if isAt(f, path) {
			return f, nil
		}
		unlock(f) // it was moved aside while we waited
	}
}

var errLockWait = fmt.Errorf("waited %v for its lock; stop that process, or name another file in SIGNALBOX_STATE_FILE", lockWait)

func lock(ctx context.Context, f *os.File, readOnly bool) error {
	how := syscall.LOCK_EX
	if readOnly {
		how = syscall.LOCK_SH
	}
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is held by %s: %w", f.Name(), holder(f), context.Cause(ctx))
		case <-time.After(lockPoll):
		}
	}
}

// unlock ends the lock at once, which otherwise lasts as long as a map of the
// file.
func unlock(f *os.File) {
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) // fails only where there is no lock
	_ = f.Close()                                   // it was written and synced before
}

func isAt(f *os.File, path string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(opened, there)
}

// holder says who has locked f, as far as Linux tells, see
// https://man7.org/linux/man-pages/man5/proc_locks.5.html.
func holder(f *os.File) string {
	const unknown = "another process"
	info, err := f.Stat()
	if err != nil {
		return unknown
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return unknown
	}
	locks, _ := os.ReadFile("/proc/locks") // empty where there is none
	inode := ":" + strconv.FormatUint(stat.Ino, 10)
	for line := range strings.Lines(string(locks)) {
		// 1: FLOCK ADVISORY WRITE 4711 fe:00:131090 0 EOF
		fields := strings.Fields(line)
		if len(fields) < 6 || fields[1] != "FLOCK" || !strings.HasSuffix(fields[5], inode) {
			continue
		}
		name, _ := os.ReadFile("/proc/" + fields[4] + "/comm")
		return fmt.Sprintf("process %s (%s)", fields[4], bytes.TrimSpace(name))
	}
	return unknown
}
