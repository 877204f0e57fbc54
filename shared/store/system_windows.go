package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockedByte is the byte that stands for the file: beyond any that is read or written, which
// Windows would refuse to others, and not the one that bbolt locks itself.
func lockedByte() *windows.Overlapped {
	return &windows.Overlapped{Offset: 0, OffsetHigh: 0x7fffffff}
}

// tryLock locks f, unless another process has it.
func tryLock(f *os.File, readOnly bool) (locked bool, err error) {
	how := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if !readOnly {
		how |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err = windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, lockedByte())
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return false, nil
	}
	return err == nil, err
}

// release ends the lock.
func release(f *os.File) {
	_ = windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, lockedByte()) // fails only where there is no lock
}

// holder cannot be found out here.
func holder(*os.File) string { return someProcess }

// syncFolder does nothing: Windows flushes what is open for writing alone, which no folder is, see
// https://learn.microsoft.com/en-us/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers.
func syncFolder(string) error { return nil }

// keepOwner does nothing: the folder says who may use its files.
func keepOwner(*os.File, os.FileInfo) error { return nil }
