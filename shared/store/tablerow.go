package store

import (
	"encoding/binary"
	"errors"
	"time"
)

// rowKind is what a row of a collection is.
type rowKind byte

const (
	rowValue     rowKind = 'v' // a record
	rowParted    rowKind = 'm' // a record whose value is in parts
	rowPart      rowKind = 'p' // one of these
	rowTombstone rowKind = 't' // a record that was deleted
)

// envelope is what the data of a collection's row says.
type envelope struct {
	kind rowKind
	// written is when the head was asked for that it goes by, in whole seconds.
	written time.Time
	// key is the record's, where the row's key is a hash of it.
	key string
	// parts and size are those of a value in parts.
	parts, size int
	value       []byte
}

func (e envelope) encode() []byte {
	data := []byte{byte(e.kind)}
	data = binary.AppendUvarint(data, uint64(max(0, e.written.Unix())))
	data = appendBytes(data, []byte(e.key))
	data = binary.AppendUvarint(data, uint64(e.parts)) //nolint:gosec // a count
	data = binary.AppendUvarint(data, uint64(e.size))  //nolint:gosec // likewise
	return append(data, e.value...)
}

var errEncoding = errors.New("it is not what was written")

func decodeEnvelope(data []byte) (e envelope, err error) {
	if len(data) == 0 {
		return e, errEncoding
	}
	d := decoder{rest: data[1:]}
	e.kind, e.written, e.key = rowKind(data[0]), time.Unix(int64(d.number()), 0), string(d.bytes())
	e.parts, e.size = d.number(), d.number()
	switch e.kind {
	case rowValue, rowParted, rowPart, rowTombstone:
	default:
		d.failed = true
	}
	if d.failed || e.parts > maxParts || e.size > maxBatch {
		return e, errEncoding
	}
	e.value = append([]byte{}, d.rest...) // an empty value is not none
	return e, nil
}

func appendBytes(data, b []byte) []byte {
	data = binary.AppendUvarint(data, uint64(len(b)))
	return append(data, b...)
}

// decoder takes what was appended off again. After a mistake it has failed and returns
// nothing more.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) number() int {
	n, length := binary.Uvarint(d.rest)
	if length <= 0 || n > 1<<40 {
		d.failed, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[length:]
	return int(n)
}

func (d *decoder) bytes() []byte {
	n := d.number()
	if n > len(d.rest) {
		d.failed, d.rest = true, nil
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

// tombstoneLife is how long a table that removes rows itself keeps a tombstone.
const tombstoneLife = 24 * time.Hour

// rows are those that make r what batch h.Number wrote.
func (t *table) rows(h head, r Record) []Row {
	key := t.rowKey(h, r.Collection, r.Key)
	e := envelope{kind: rowValue, written: h.asked, value: r.Value}
	if _, ok := unspelled(key.Sort); !ok {
		e.key = r.Key
	}
	if r.Value == nil {
		e.kind = rowTombstone
		return []Row{{RowKey: key, Version: h.Number, Data: e.encode(), Expires: h.asked.Add(tombstoneLife)}}
	}
	if len(r.Value) <= t.limits.part {
		return []Row{{RowKey: key, Version: h.Number, Data: e.encode()}}
	}
	return t.parted(h, key, e)
}

// parted are the rows of a value that is larger than one.
func (t *table) parted(h head, key RowKey, e envelope) []Row {
	var rows []Row
	for rest := e.value; len(rest) > 0; {
		part := rest[:min(len(rest), t.limits.part)]
		rest = rest[len(part):]
		data := envelope{kind: rowPart, written: e.written, value: part}.encode()
		rows = append(rows, Row{RowKey: partKey(key, len(rows)), Version: h.Number, Data: data})
	}
	e.kind, e.parts, e.size, e.value = rowParted, len(rows), len(e.value), nil
	return append(rows, Row{RowKey: key, Version: h.Number, Data: e.encode()})
}
