package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"
)

// boltFile is a bbolt file that is open and locked.
type boltFile struct {
	db   *bolt.DB
	file *os.File
}

// brokenError is damage that was found in a file, not yet with its ID.
type brokenError struct{ reason string }

func (e *brokenError) Error() string { return e.reason }

// options never leave out a sync. The list of free pages is written too: without
// it bbolt reads the whole file at each opening, in a goroutine whose panic
// nobody can recover from.
func options(f *os.File, readOnly bool) *bolt.Options {
	return &bolt.Options{
		ReadOnly:     readOnly,
		PageSize:     pageSize,
		FreelistType: bolt.FreelistMapType,
		OpenFile:     func(string, int, os.FileMode) (*os.File, error) { return f, nil },
	}
}

// openBolt opens the bbolt file f, which is locked, unless it is broken. f
// belongs to bbolt then.
func openBolt(f *os.File, readOnly bool) (*boltFile, error) {
	reason, err := inspect(f)
	if err != nil {
		return nil, err
	}
	if reason != "" {
		return nil, &brokenError{reason}
	}
	b := &boltFile{file: f}
	err = guarded(func() (err error) {
		b.db, err = bolt.Open(f.Name(), 0, options(f, readOnly))
		return err
	})
	return b, err
}

// guarded runs what reads bbolt's map of a file. Where the file is broken, bbolt
// panics, or reads where nothing is mapped.
func guarded(run func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = &brokenError{fmt.Sprintf("bbolt: %v", p)}
		}
	}()
	return run()
}

// run runs one transaction and returns the bytes that it has written.
func (b *boltFile) run(writable bool, run func(*bolt.Tx) error) (written int64, err error) {
	if !writable {
		return 0, guarded(func() error { return b.db.View(run) })
	}
	before := b.db.Stats().TxStats
	if err := guarded(func() error { return b.db.Update(run) }); err != nil {
		return 0, err
	}
	after := b.db.Stats().TxStats
	return after.GetPageAlloc() - before.GetPageAlloc() + pageSize, nil // and one meta page
}

// close closes the file, unless a panic has left bbolt with its locks held: then
// the file alone is closed, and bbolt is never called again.
func (b *boltFile) close(broken bool) error {
	if broken {
		unlock(b.file)
		return nil
	}
	return b.db.Close()
}

// create makes an empty bbolt file at path, whole or not at all, unless there is
// one already.
func create(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // path is another name of it now
	db, err := bolt.Open(f.Name(), 0o600, options(f, false))
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(path)
}

// moveAside renames the file at path for the damage that id names.
func moveAside(path, id string) error {
	if err := os.Rename(path, path+".damaged-"+id); err != nil {
		return err
	}
	return syncFolder(path)
}

// checkFolder returns an error that says which folder is missing.
func checkFolder(path string) error {
	folder := filepath.Dir(path)
	info, err := os.Stat(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the folder of the state file: %s does not exist; create it, or name another file in SIGNALBOX_STATE_FILE", folder)
	}
	if err != nil {
		return fmt.Errorf("the folder of the state file: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("the folder of the state file: %s is not a folder", folder)
	}
	return nil
}
