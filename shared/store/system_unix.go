//go:build !windows

package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// tryLock locks f, unless another process has it.
func tryLock(f *os.File, readOnly bool) (locked bool, err error) {
	how := syscall.LOCK_EX
	if readOnly {
		how = syscall.LOCK_SH
	}
	err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// release ends the lock.
func release(f *os.File) {
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) // fails only where there is no lock
}

// holder says who has locked f, as far as Linux tells, see
// https://man7.org/linux/man-pages/man5/proc_locks.5.html.
func holder(f *os.File) string {
	info, err := f.Stat()
	if err != nil {
		return someProcess
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return someProcess
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
	return someProcess
}

// syncFolder has the names in the folder of path outlive a crash.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// keepOwner has f belong to whom the file of info belongs to.
func keepOwner(f *os.File, info os.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return f.Chown(int(stat.Uid), int(stat.Gid))
}
