package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// compactTx is how many bytes are copied in one transaction.
const compactTx = 4 << 20

// Compacted says how large a file was and is, in bytes.
type Compacted struct{ Before, After int64 }

// Compact writes the state file at path anew, without the room that it does not use, beside
// it and then in its place. The file is as it was after any error, and wherever the process
// is killed. It returns a *LockedError where another process keeps it open, and a
// *DamagedError for one that cannot be read. On Windows it returns an error.
func Compact(ctx context.Context, path string) (Compacted, error) {
	err := canReplaceLocked(runtime.GOOS)
	var c Compacted
	if err == nil {
		c, err = compact(ctx, path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return Compacted{}, fmt.Errorf("compact the state file: there is no %s", path)
	}
	if err != nil {
		return Compacted{}, fmt.Errorf("compact the state file: %w", err)
	}
	return c, nil
}

// canReplaceLocked returns an error on a system that lets nobody put another file in the
// place of one that is open. To close the old one first would end its lock, and what somebody
// else wrote into it before it was replaced would be lost.
func canReplaceLocked(system string) error {
	if system != "windows" {
		return nil
	}
	return errors.New("on Windows nobody can replace a file that is open, as this one has to be, so that nobody writes to it meanwhile; " +
		"for that of alerts, export the state, move the file away, and import the export")
}

func compact(ctx context.Context, path string) (Compacted, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return Compacted{}, err
	}
	f, err := openLocked(ctx, path, false)
	if err != nil {
		return Compacted{}, err
	}
	before, err := f.Stat()
	if err != nil {
		unlock(f)
		return Compacted{}, err
	}
	old, err := openBolt(f, false)
	if err != nil {
		_, err = describe(path, f, err)
		unlock(f)
		return Compacted{}, err
	}
	after, err := old.replace(ctx, path, before)
	_, broken := errors.AsType[*brokenError](err)
	_, err = describe(path, f, err)
	return Compacted{Before: before.Size(), After: after}, errors.Join(err, old.close(broken))
}

// compactSuffix begins what is behind the name of the file that is written beside a state.
const compactSuffix = ".compact-"

// replace has a compacted copy of b take its place at path. Nobody else has the file
// meanwhile: who waits for it finds that it is not there any more, and opens the other.
func (b *boltFile) replace(ctx context.Context, path string, was os.FileInfo) (size int64, err error) {
	if err := removeLeftOver(path); err != nil {
		return 0, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+compactSuffix+"*")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(f.Name()) }() // where it has no other name yet
	if err = errors.Join(f.Chmod(was.Mode().Perm()), keepOwner(f, was)); err != nil {
		return 0, errors.Join(err, f.Close())
	}
	if err := b.copyTo(f); err != nil {
		return 0, fmt.Errorf("write it anew, which takes room for another: %w", err)
	}
	if size, err = checkCopy(f.Name()); err != nil {
		return 0, fmt.Errorf("check what was written: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return 0, err
	}
	return size, syncFolder(path)
}

// removeLeftOver removes what was left where a process was killed.
func removeLeftOver(path string) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), filepath.Base(path)+compactSuffix) {
			err = errors.Join(err, os.Remove(filepath.Join(filepath.Dir(path), entry.Name())))
		}
	}
	return err
}

// copyTo copies all buckets into f, which is empty, and closes it.
func (b *boltFile) copyTo(f *os.File) error {
	db, err := bolt.Open(f.Name(), 0, options(f, false))
	if err != nil {
		return err
	}
	err = guarded(func() error { return bolt.Compact(db, b.db, compactTx) })
	if _, broken := errors.AsType[*brokenError](err); broken {
		unlock(f) // bbolt still holds locks of its own
		return err
	}
	return errors.Join(err, db.Close())
}

// checkCopy reads a file as a state is read, and returns its size.
func checkCopy(path string) (size int64, err error) {
	f, err := os.Open(path) //nolint:gosec // that we have made
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, errors.Join(err, f.Close())
	}
	copied, err := openBolt(f, true)
	if err != nil {
		return 0, errors.Join(err, f.Close())
	}
	_, err = copied.run(false, func(tx *bolt.Tx) error {
		for problem := range tx.Check() {
			err = errors.Join(err, problem)
		}
		return err
	})
	_, broken := errors.AsType[*brokenError](err)
	return info.Size(), errors.Join(err, copied.close(broken))
}
