package tablestoretest

import (
	"encoding/binary"
	"net/http"
	"slices"
	"strings"
)

func invalid(message string) *failure {
	return &failure{http.StatusBadRequest, "OTSParameterInvalid", message}
}

func (s *Server) doLocked(action string, body []byte) ([]byte, *failure) {
	m, err := parse(body)
	if err != nil {
		return nil, invalid(err.Error())
	}
	if action == "BatchGetRow" {
		return s.batchGetLocked(m)
	}
	if string(m.one(1)) != s.options.Table {
		return nil, noTable()
	}
	switch action {
	case "PutRow":
		return s.putLocked(m)
	case "DeleteRow":
		return s.deleteLocked(m)
	case "GetRange":
		return s.rangeLocked(m)
	default:
		return nil, &failure{http.StatusBadRequest, "OTSUnsupportOperation", "Unsupported operation: " + action + "."}
	}
}

func noTable() *failure {
	return &failure{http.StatusNotFound, "OTSObjectNotExist", "Requested table does not exist."}
}

// limits of Tablestore's, in bytes, see
// https://www.alibabacloud.com/help/en/tablestore/product-overview/general-limits.
const (
	maxKey    = 1 << 10
	maxColumn = 2 << 20
	maxPage   = 4 << 20
	perPage   = 50 // fewer than Tablestore's 5,000, so that there are pages
	maxGet    = 100
)

// keyOf reads a row's key, which is whole.
func keyOf(r row) (k key, ok bool) {
	if len(r.key) != 2 || r.key[0].name != "pk" || r.key[1].name != "sk" || r.key[0].kind != kindString || r.key[1].kind != kindString {
		return k, false
	}
	k = key{string(r.key[0].bytes), string(r.key[1].bytes)}
	return k, len(k.pk) <= maxKey && len(k.sk) <= maxKey
}

func (s *Server) putLocked(m message) ([]byte, *failure) {
	r, err := parseRow(m.one(2))
	k, ok := keyOf(r)
	if err != nil || !ok || len(r.columns) == 0 {
		return nil, invalid("Invalid row.")
	}
	for _, c := range r.columns {
		if len(c.bytes) > maxColumn {
			return nil, invalid("The length of attribute column: '" + c.name + "' exceeded the MaxLength:2097152.")
		}
	}
	if failed := s.conditionLocked(m, k); failed != nil {
		return nil, failed
	}
	s.rows[k] = r
	return appendField(nil, 1, consumed()), nil
}

func (s *Server) deleteLocked(m message) ([]byte, *failure) {
	r, err := parseRow(m.one(2))
	k, ok := keyOf(r)
	if err != nil || !ok || !r.deletes {
		return nil, invalid("Invalid primary key.")
	}
	if failed := s.conditionLocked(m, k); failed != nil {
		return nil, failed
	}
	delete(s.rows, k)
	return appendField(nil, 1, consumed()), nil
}

// conditionLocked tells why the condition of a write, its field 3, does not hold.
func (s *Server) conditionLocked(m message, k key) *failure {
	condition, err := m.sub(3)
	if err != nil {
		return invalid(err.Error())
	}
	r, there := s.rows[k]
	failed := &failure{http.StatusForbidden, "OTSConditionCheckFail", "Condition check failed."}
	switch existence := condition.numbers[1]; {
	case existence == 1 && !there, existence == 2 && there:
		return failed
	case condition.one(2) == nil:
		return nil
	case !there && s.options.Strict:
		return failed
	}
	filter, err := parse(condition.one(2))
	if err != nil || filter.numbers[1] != 1 {
		return invalid("Invalid condition.")
	}
	single, err := filter.sub(2)
	value := single.one(3)
	if err != nil || len(value) != 9 || value[0] != kindInteger {
		return invalid("Invalid condition.")
	}
	if !compares(single, r, int64(binary.LittleEndian.Uint64(value[1:]))) { //nolint:gosec // as it is written
		return failed
	}
	return nil
}

func compares(single message, r row, value int64) bool {
	at := slices.IndexFunc(r.columns, func(c cell) bool { return c.name == string(single.one(2)) })
	if at < 0 {
		return single.numbers[4] == 0
	}
	switch got := r.columns[at]; single.numbers[1] {
	case 1:
		return got.kind == kindInteger && got.number == value
	case 5:
		return got.kind == kindInteger && got.number < value
	default:
		return false
	}
}

func (s *Server) batchGetLocked(m message) ([]byte, *failure) {
	table, err := m.sub(1)
	if err != nil || len(m.bytes[1]) != 1 || len(table.bytes[2]) == 0 || len(table.bytes[2]) > maxGet || table.numbers[6] != 1 {
		return nil, invalid("Invalid batch.")
	}
	if string(table.one(1)) != s.options.Table {
		return nil, noTable()
	}
	answer, size := appendField(nil, 1, table.one(1)), 0
	for _, wanted := range table.bytes[2] {
		r, err := parseRow(wanted)
		k, ok := keyOf(r)
		if err != nil || !ok {
			return nil, invalid("Invalid primary key.")
		}
		found := appendField(appendNumber(nil, 1, 1), 3, consumed())
		if r, there := s.rows[k]; there {
			data := appendRow(appendHeader(nil), r)
			found = appendField(found, 4, data)
			size += len(data)
		}
		answer = appendField(answer, 2, found)
	}
	if size > maxPage {
		return nil, invalid("The total data size of BatchGetRow exceeds the limit.")
	}
	return appendField(nil, 1, answer), nil
}

// bound is one end of a range.
func bound(data []byte) (pk, sk cell, ok bool) {
	r, err := parseRow(data)
	if err != nil || len(r.key) != 2 || r.key[0].name != "pk" || r.key[1].name != "sk" {
		return pk, sk, false
	}
	return r.key[0], r.key[1], r.key[0].kind == kindString
}

func (s *Server) rangeLocked(m message) ([]byte, *failure) {
	pk, start, ok := bound(m.one(7))
	pkEnd, end, okEnd := bound(m.one(8))
	if !ok || !okEnd || string(pk.bytes) != string(pkEnd.bytes) || end.kind != kindMax || m.numbers[2] != 0 || m.numbers[5] != 1 {
		return nil, invalid("Invalid range: the fake knows one partition to its end.")
	}
	var found []row
	for k, r := range s.rows {
		if k.pk == string(pk.bytes) && (start.kind == kindMin || k.sk >= string(start.bytes)) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b row) int { return strings.Compare(string(a.key[1].bytes), string(b.key[1].bytes)) })
	var rows, next []byte
	for i, r := range found {
		data := appendRow(nil, r)
		if i == perPage || len(rows)+len(data) > maxPage {
			next = appendRow(appendHeader(nil), row{key: r.key})
			break
		}
		if rows == nil {
			rows = appendHeader(nil)
		}
		rows = append(rows, data...)
	}
	answer := appendField(appendField(nil, 1, consumed()), 2, rows)
	if next != nil {
		answer = appendField(answer, 3, next)
	}
	return answer, nil
}
