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

var errLockWait = fmt.Errorf("waited %v for its lock; stop that process, or keep the state elsewhere: SIGNALBOX_STATE_FILE, or for signalbox serve SIGNALBOX_STATE_DIR", lockWait)

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
			return &LockedError{Path: f.Name(), By: holder(f), cause: context.Cause(ctx)}
		case <-time.After(lockPoll):
		}
	}
}

// LockedError says that another process has a state file open, for longer than was
// waited.
type LockedError struct {
	// Path is that of the file, and By who has it, as far as the system tells.
	Path, By string

	cause error
}

// Error says for how long was waited, and what to do, too.
func (e *LockedError) Error() string {
	return fmt.Sprintf("%s is held by %s: %v", e.Path, e.By, e.cause)
}

// Unwrap returns why no more was waited.
func (e *LockedError) Unwrap() error { return e.cause }

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
