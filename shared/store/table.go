package store

import (
	"context"
	"errors"
	"time"
)

// Table is what a state in a database needs of it: rows that are read and written
// one by one. It is safe for concurrent use. Its calls are made once each: who uses it
// tries again.
type Table interface {
	// Get reads up to [RowsPerGet] rows, each as it is now, in the order of keys, which
	// differ. A row that is not there has the version 0.
	Get(ctx context.Context, keys []RowKey) ([]Row, error)
	// List reads some of the rows of a partition, each as it is now, in the order of
	// their sort keys: those after the given one. It reports whether there may be more.
	List(ctx context.Context, partition, after string) (rows []Row, more bool, err error)
	// Put writes r where there is none, or one of a lower version, and otherwise
	// returns ErrNotNewer. After any other error it may have been written.
	Put(ctx context.Context, r Row) error
	// Delete removes the row if it has this version, and otherwise does nothing.
	Delete(ctx context.Context, key RowKey, version int64) error
	// String names the table, for errors.
	String() string
	// Close gives up what the table holds. It may be called twice.
	Close() error
}

// RowKey names a row: two strings of 1 to 1024 printable ASCII characters.
type RowKey struct{ Partition, Sort string }

// Row is a row of a table.
type Row struct {
	RowKey
	// Version is at least 1, and grows whenever the row is written.
	Version int64
	// Data is 1 to [MaxRowData] bytes.
	Data []byte
	// Expires is when a table that can do so may remove the row. Zero: never. It is
	// not read.
	Expires time.Time
}

const (
	// RowsPerGet is how many rows one call of Get may ask for.
	RowsPerGet = 100
	// MaxRowData is the most data of one row, in bytes: a row of DynamoDB takes 400 KB
	// with its keys.
	MaxRowData = 360 << 10
)

var (
	// ErrNotNewer says that a row has the version that was to be written, or a higher one.
	ErrNotNewer = errors.New("the row is as new or newer")
	// ErrUnavailable says that a table could not be asked, and may soon be: it throttles,
	// or is not reached. Whether a row was written is not known.
	ErrUnavailable = errors.New("the table is unavailable")
)
