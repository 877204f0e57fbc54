package tablestoretest

import (
	"encoding/binary"
	"errors"
)

var errProtobuf = errors.New("the body is not protobuf")

// message is a message of Protocol Buffers by the numbers of its fields, each with its
// values in their order: numbers as they are, and the rest as bytes. See
// https://protobuf.dev/programming-guides/encoding/.
type message struct {
	numbers map[int]uint64
	bytes   map[int][][]byte
}

func parse(data []byte) (message, error) {
	m := message{numbers: make(map[int]uint64), bytes: make(map[int][][]byte)}
	for len(data) > 0 {
		tag, n := binary.Uvarint(data)
		if n <= 0 {
			return m, errProtobuf
		}
		data = data[n:]
		value, n := binary.Uvarint(data)
		if n <= 0 {
			return m, errProtobuf
		}
		data = data[n:]
		switch field := int(tag >> 3); tag & 7 {
		case 0:
			m.numbers[field] = value
		case 2:
			if value > uint64(len(data)) {
				return m, errProtobuf
			}
			m.bytes[field] = append(m.bytes[field], data[:value])
			data = data[value:]
		default:
			return m, errProtobuf
		}
	}
	return m, nil
}

// one returns the bytes of a field, nil for none.
func (m message) one(field int) []byte {
	if all := m.bytes[field]; len(all) > 0 {
		return all[0]
	}
	return nil
}

// sub returns a field that is a message itself.
func (m message) sub(field int) (message, error) { return parse(m.one(field)) }

func appendNumber(data []byte, field int, value uint64) []byte {
	data = binary.AppendUvarint(data, uint64(field)<<3) //nolint:gosec // a field's number
	return binary.AppendUvarint(data, value)
}

func appendField(data []byte, field int, value []byte) []byte {
	data = binary.AppendUvarint(data, uint64(field)<<3|2) //nolint:gosec // a field's number
	data = binary.AppendUvarint(data, uint64(len(value)))
	return append(data, value...)
}

// consumed is what every answer has of capacity units: one read, one written.
func consumed() []byte {
	return appendField(nil, 1, appendNumber(appendNumber(nil, 1, 1), 2, 1))
}
