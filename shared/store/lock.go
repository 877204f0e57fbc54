package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// lockWait is how long another's lock is waited for, and lockPoll how often it is
// asked for: no system has a way to wait until a deadline.
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
	for {
		locked, err := tryLock(f, readOnly)
		switch {
		case err != nil:
			return fmt.Errorf("lock %s: %w", f.Name(), err)
		case locked:
			return nil
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
	release(f)
	_ = f.Close() // it was written and synced before
}

func isAt(f *os.File, path string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(opened, there)
}

// someProcess is who has locked a file where nobody tells.
const someProcess = "another process"
