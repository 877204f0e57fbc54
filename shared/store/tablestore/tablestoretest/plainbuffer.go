package tablestoretest

import (
	"encoding/binary"
	"errors"
	"slices"
)

// What a row is made of in PlainBuffer, see
// https://www.alibabacloud.com/help/en/tablestore/developer-reference/plainbuffer.
const (
	header = 0x75

	tagKey          = 0x1
	tagColumns      = 0x2
	tagCell         = 0x3
	tagName         = 0x4
	tagValue        = 0x5
	tagDelete       = 0x8
	tagRowChecksum  = 0x9
	tagCellChecksum = 0xA

	kindInteger = 0x0
	kindString  = 0x3
	kindBlob    = 0x7
	kindMin     = 0x9
	kindMax     = 0xA
)

// cell is a column of a row: its name, the kind of its value, and that.
type cell struct {
	name   string
	kind   byte
	number int64
	bytes  []byte
}

// row is one with its key and its columns.
type row struct {
	key, columns []cell
	deletes      bool
}

var errPlainBuffer = errors.New("a row is not in PlainBuffer")

// reader takes a row apart. After a mistake it has failed.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) take(n int) []byte {
	if r.failed || n < 0 || n > len(r.rest) {
		r.failed = true
		return make([]byte, min(max(n, 0), 8))
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte    { return r.take(1)[0] }
func (r *reader) size() int     { return int(int32(binary.LittleEndian.Uint32(r.take(4)))) } //nolint:gosec // as it is written
func (r *reader) number() int64 { return int64(binary.LittleEndian.Uint64(r.take(8))) }      //nolint:gosec // likewise

// is takes a tag if it comes next.
func (r *reader) is(tag byte) bool {
	if r.failed || len(r.rest) == 0 || r.rest[0] != tag {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// parseRow reads one row with its header.
func parseRow(data []byte) (found row, err error) {
	r := reader{rest: data}
	if r.size() != header || !r.is(tagKey) {
		return found, errPlainBuffer
	}
	for r.is(tagCell) {
		found.key = append(found.key, r.cell())
	}
	if r.is(tagColumns) {
		for r.is(tagCell) {
			found.columns = append(found.columns, r.cell())
		}
	}
	found.deletes = r.is(tagDelete)
	if !r.is(tagRowChecksum) || r.byte() != found.checksum() || r.failed || len(r.rest) > 0 {
		return found, errPlainBuffer
	}
	return found, nil
}

func (r *reader) cell() (c cell) {
	if !r.is(tagName) {
		r.failed = true
	}
	c.name = string(r.take(r.size()))
	if !r.is(tagValue) {
		r.failed = true
	}
	r.size() // of the value with its kind
	c.kind = r.byte()
	switch c.kind {
	case kindInteger:
		c.number = r.number()
	case kindString, kindBlob:
		c.bytes = slices.Clone(r.take(r.size()))
	case kindMin, kindMax:
	default:
		r.failed = true
	}
	if !r.is(tagCellChecksum) || r.byte() != c.checksum() {
		r.failed = true
	}
	return c
}

// appendRow writes one row without the header.
func appendRow(data []byte, r row) []byte {
	data = append(data, tagKey)
	for _, c := range r.key {
		data = appendCell(data, c)
	}
	if len(r.columns) > 0 {
		data = append(data, tagColumns)
		for _, c := range r.columns {
			data = appendCell(data, c)
		}
	}
	return append(data, tagRowChecksum, r.checksum())
}

func appendHeader(data []byte) []byte { return binary.LittleEndian.AppendUint32(data, header) }

func appendCell(data []byte, c cell) []byte {
	data = append(data, tagCell, tagName)
	data = append(appendSize(data, len(c.name)), c.name...)
	data = append(data, tagValue)
	if c.kind == kindInteger {
		data = append(appendSize(data, 9), c.kind)
		data = binary.LittleEndian.AppendUint64(data, uint64(c.number)) //nolint:gosec // as it is
	} else {
		data = append(appendSize(data, 5+len(c.bytes)), c.kind)
		data = append(appendSize(data, len(c.bytes)), c.bytes...)
	}
	return append(data, tagCellChecksum, c.checksum())
}

func appendSize(data []byte, n int) []byte {
	return binary.LittleEndian.AppendUint32(data, uint32(n)) //nolint:gosec // a size
}

// checksum is CRC-8 with the polynomial x^8 + x^2 + x + 1 over name, kind and value.
func (c cell) checksum() byte {
	sum := crc8(0, []byte(c.name)...)
	sum = crc8(sum, c.kind)
	switch c.kind {
	case kindInteger:
		return crc8(sum, binary.LittleEndian.AppendUint64(nil, uint64(c.number))...) //nolint:gosec // as it is
	case kindString, kindBlob:
		return crc8(crc8(sum, appendSize(nil, len(c.bytes))...), c.bytes...)
	default:
		return sum
	}
}

func (r row) checksum() (sum byte) {
	for _, c := range slices.Concat(r.key, r.columns) {
		sum = crc8(sum, c.checksum())
	}
	if r.deletes {
		return crc8(sum, 1)
	}
	return crc8(sum, 0)
}

func crc8(sum byte, data ...byte) byte {
	for _, b := range data {
		sum = crcs[sum^b]
	}
	return sum
}

// crcs are those of single bytes.
var crcs = func() (all [256]byte) {
	for i := range all {
		sum := byte(i)
		for range 8 {
			carry := sum&0x80 != 0
			if sum <<= 1; carry {
				sum ^= 0x07
			}
		}
		all[i] = sum
	}
	return all
}()
