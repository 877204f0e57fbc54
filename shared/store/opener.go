package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
)

// opener runs transactions in a bbolt file, one at a time. It opens the file when it is
// needed, closes it where others may need it, and does not touch one that is damaged.
type opener struct {
	path    string
	shared  bool
	resetID string // the damage to move aside, "" once the file was compared with it
	busy    chan struct{}
	total   atomic.Int64 // bytes written

	// The following belong to whoever has put a value into busy.
	open   *boltFile // nil between the operations of a shared file
	damage *damage
	closed bool
}

// damage is what was found in a file. It counts until somebody changes the file.
type damage struct {
	err  *DamagedError
	info os.FileInfo
}

var (
	errClosed = errors.New("the store is closed")
	// errNoFile says that a read found no file, so no record.
	errNoFile = errors.New("the state file does not exist yet")
)

// use runs one transaction, or returns errNoFile.
func (o *opener) use(ctx context.Context, writable bool, run func(*bolt.Tx) error) error {
	select {
	case o.busy <- struct{}{}:
		defer func() { <-o.busy }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if o.closed {
		return errClosed
	}
	if o.open == nil {
		if err := o.reopen(ctx, writable); err != nil {
			return err
		}
	}
	written, err := o.open.run(writable, run)
	o.total.Add(written)
	return o.done(err)
}

// reopen opens the file, which is made where it is missing and needed.
func (o *opener) reopen(ctx context.Context, writable bool) error {
	reads := o.shared && !writable
	for range 3 { // twice is enough, unless another process moves the file meanwhile
		readOnly := reads && o.resetID == "" // to move a file aside takes the lock for one process alone
		f, err := openLocked(ctx, o.path, readOnly)
		switch {
		case err == nil:
			if err = o.adopt(f, readOnly); err != nil || o.open != nil {
				return err
			}
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("the state file: %w", err)
		case reads:
			return errNoFile
		default:
			if err := create(o.path); err != nil {
				return fmt.Errorf("make the state file: %w", err)
			}
		}
	}
	return fmt.Errorf("the state file: %s does not stay where it was made", o.path)
}

// adopt opens the bbolt file f, which is locked, or moves it aside.
func (o *opener) adopt(f *os.File, readOnly bool) error {
	moved, err := o.compare(f)
	if err == nil && !moved {
		err = o.known(f)
	}
	if err != nil || moved {
		unlock(f)
		return err
	}
	b, err := openBolt(f, readOnly)
	if err != nil {
		err = o.described(f, err)
		unlock(f)
		return err
	}
	o.open = b
	return nil
}

// compare moves the file aside if it has the damage that is to be reset.
func (o *opener) compare(f *os.File) (moved bool, err error) {
	if o.resetID == "" {
		return false, nil
	}
	id, err := fileFingerprint(f)
	if err != nil {
		return false, err
	}
	if id == o.resetID {
		err = moveAside(o.path, id)
	}
	if err != nil {
		return false, err
	}
	moved = id == o.resetID
	o.resetID = ""
	return moved, nil
}

// known returns the damage that was found before, if f is as it was then.
func (o *opener) known(f *os.File) error {
	if o.damage == nil {
		return nil
	}
	now, err := f.Stat()
	if err != nil {
		return err
	}
	then := o.damage.info
	if os.SameFile(then, now) && then.Size() == now.Size() && then.ModTime().Equal(now.ModTime()) {
		return o.damage.err
	}
	o.damage = nil
	return nil
}

// described gives damage that err is about its ID, and remembers it.
func (o *opener) described(f *os.File, err error) error {
	found, err := describe(o.path, f, err)
	if found != nil {
		o.damage = found
	}
	return err
}

// describe gives damage of the file at path that err is about its ID. It returns nil, and err
// as it is, where err is about something else.
func describe(path string, f *os.File, err error) (*damage, error) {
	broken, ok := errors.AsType[*brokenError](err)
	if !ok {
		return nil, err
	}
	id, err := fileFingerprint(f)
	if err != nil {
		return nil, fmt.Errorf("%w, and: %w", broken, err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("%w, and: %w", broken, err)
	}
	found := &damage{err: &DamagedError{Where: path, ID: id, Reason: broken.reason}, info: info}
	return found, found.err
}

// done ends a transaction that returned err: the file is closed if others may
// need it, if it is damaged, and if it is no longer where it was.
func (o *opener) done(err error) error {
	_, broken := errors.AsType[*brokenError](err)
	err = o.described(o.open.file, err)
	if !o.shared && !broken && isAt(o.open.file, o.path) {
		return err
	}
	closeErr := o.open.close(broken)
	o.open = nil
	if err == nil && closeErr != nil {
		err = fmt.Errorf("close the state file: %w", closeErr)
	}
	return err
}

// Close gives up the file, see [Store].
func (o *opener) Close() error {
	o.busy <- struct{}{}
	defer func() { <-o.busy }()
	o.closed = true
	if o.open == nil {
		return nil
	}
	b := o.open
	o.open = nil
	return b.close(false)
}
