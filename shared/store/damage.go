package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
)

// DamagedError says that the state cannot be read. It is left as it is, until
// somebody restores it or has it moved aside, see [Config.Reset].
type DamagedError struct {
	// Where is the path of the file, or what its keys in Redis or rows in a table begin with.
	Where string
	// ID names this damage and no other: what Config.Reset wants.
	ID string
	// Reason is what cannot be read.
	Reason string
}

// Error says what to do, too.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("the state in %s is damaged: %s; restore it, or set SIGNALBOX_STATE_RESET=%s to move it aside and begin anew",
		e.Where, e.Reason, e.ID)
}

// Damaged returns the error for a record whose value cannot be understood: a
// *DamagedError that names the record by its ID, or a *SchemaError where a newer
// version has written it. The reason must hold no secret and no whole ICCID.
func Damaged(ctx context.Context, s Store, r Record, reason string) error {
	if found, err := readSchema(ctx, s); err == nil && found > newest {
		return &SchemaError{Where: whereIs(s), Found: found, Known: newest}
	}
	return &DamagedError{Where: whereIs(s), ID: fingerprint(r), Reason: reason}
}

func whereIs(s any) string {
	if named, ok := s.(interface{ where() string }); ok {
		return named.where()
	}
	return "the store"
}

// fingerprint is the ID of a damaged record.
func fingerprint(r Record) string {
	sum := sha256.New()
	for _, part := range [][]byte{[]byte(r.Collection), []byte(r.Key), r.Value} {
		_ = binary.Write(sum, binary.BigEndian, int64(len(part))) // a hash takes everything
		sum.Write(part)
	}
	return shortened(sum)
}

// shortened is long enough to name one damage among those that ever were.
func shortened(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil))[:12] }
