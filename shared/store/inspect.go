package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"slices"
)

// The form of a bbolt file, as far as it is looked at before bbolt maps it, see
// https://github.com/etcd-io/bbolt/blob/v1.5.0/internal/common/meta.go.
const (
	pageSize     = 4096
	headerSize   = 16
	boltMagic    = 0xED0CDAED
	boltVersion  = 2
	freelistFlag = 0x10
)

type pageHeader struct {
	ID       uint64
	Flags    uint16
	Count    uint16
	Overflow uint32
}

type metaPage struct {
	Magic, Version, PageSize, Flags                   uint32
	Root, Sequence, Freelist, HighWater, Transactions uint64
	Checksum                                          uint64
}

// inspect returns what is wrong with a bbolt file that nobody writes to now, ""
// for nothing. bbolt makes a new state of an empty file, and of a broken one it
// panics, not always where it can be recovered from.
func inspect(f *os.File) (reason string, err error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	size := uint64(info.Size()) //nolint:gosec // a size is not negative
	switch {
	case size == 0:
		return "the file is empty", nil
	case size%pageSize != 0 || size < 4*pageSize:
		return fmt.Sprintf("the file was cut off at %d bytes", size), nil
	}
	meta, reason, err := readMeta(f)
	if reason != "" || err != nil {
		return reason, err
	}
	switch {
	case meta.PageSize != pageSize:
		return fmt.Sprintf("its pages have %d bytes", meta.PageSize), nil
	case meta.HighWater > size/pageSize:
		return fmt.Sprintf("the file was cut off at %d of %d pages", size/pageSize, meta.HighWater), nil
	case meta.Root >= meta.HighWater || meta.Freelist >= meta.HighWater:
		return "its first pages point outside", nil
	}
	return inspectFreelist(f, meta)
}

// readMeta returns the newer of the two meta pages, or the other where that one
// was not written whole.
func readMeta(f *os.File) (newer metaPage, reason string, err error) {
	reason = "neither of its first pages can be read"
	for page := range int64(2) {
		buf := make([]byte, binary.Size(newer))
		if _, err := f.ReadAt(buf, page*pageSize+headerSize); err != nil {
			return newer, "", err
		}
		var meta metaPage
		if _, err := binary.Decode(buf, binary.NativeEndian, &meta); err != nil {
			return newer, "", err
		}
		sum := fnv.New64a()
		_, _ = sum.Write(buf[:len(buf)-8]) // all before the checksum
		if meta.Magic != boltMagic || meta.Version != boltVersion || meta.Checksum != sum.Sum64() {
			continue
		}
		if reason != "" || meta.Transactions > newer.Transactions {
			newer, reason = meta, ""
		}
	}
	return newer, reason, nil
}

// inspectFreelist looks at the list of free pages: bbolt allocates room for as
// many as it claims to have.
func inspectFreelist(f *os.File, meta metaPage) (reason string, err error) {
	const broken = "its list of free pages is broken"
	r := io.NewSectionReader(f, int64(meta.Freelist)*pageSize, int64(meta.HighWater-meta.Freelist)*pageSize) //nolint:gosec // within the file
	var page pageHeader
	if err := binary.Read(r, binary.NativeEndian, &page); err != nil {
		return "", err
	}
	count := uint64(page.Count)
	if count == 0xFFFF { // then the first element is the number of the others
		if err := binary.Read(r, binary.NativeEndian, &count); err != nil {
			return "", err
		}
	}
	if page.ID != meta.Freelist || page.Flags != freelistFlag || count > meta.HighWater {
		return broken, nil
	}
	ids := make([]uint64, count)
	if err := binary.Read(r, binary.NativeEndian, ids); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return broken, nil
	} else if err != nil {
		return "", err
	}
	if slices.ContainsFunc(ids, func(id uint64) bool { return id < 2 || id >= meta.HighWater }) {
		return broken, nil
	}
	return "", nil
}

// fileFingerprint is the ID of a file that cannot be read as a state. An empty
// file has another one on another day.
func fileFingerprint(f *os.File) (string, error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, _ = fmt.Fprintln(sum, info.ModTime().UnixNano())
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, info.Size())); err != nil {
		return "", err
	}
	return shortened(sum), nil
}
