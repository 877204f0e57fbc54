package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// maxName is how long a name is spelled out in a row's key. A partition has three, and
// takes 1024 bytes.
const maxName = 300

// spelled returns a name of any bytes as a part of a row's key: as it is where it is
// plain, so that people can read it, and otherwise with escapes, or as its hash where
// that is too long.
func spelled(name string) string {
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; plain(c) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	if b.Len() <= maxName {
		return b.String()
	}
	sum := sha256.Sum256([]byte(name))
	return hashMark + hex.EncodeToString(sum[:])
}

// hashMark begins the hash of a name. No name that is spelled out has it.
const hashMark = "~"

func plain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '/' || c == '-' || c == '_' || c == '.'
}

// unspelled returns the name, false where only its hash is known.
func unspelled(s string) (name string, ok bool) {
	if strings.HasPrefix(s, hashMark) {
		return "", false
	}
	var b strings.Builder
	for len(s) > 0 {
		if s[0] != '%' {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		var c byte
		if _, err := fmt.Sscanf(s[:min(3, len(s))], "%%%02X", &c); err != nil {
			return "", false
		}
		b.WriteByte(c)
		s = s[3:]
	}
	return b.String(), true
}

// The rows of a state, each partition beginning with its prefix:
//
//	<account>:<namespace>                        head, probe, damaged-<id>
//	<account>:<namespace>:<generation>:journal   <number>/<id>/<chunk>
//	<account>:<namespace>:<generation>:<collection>   <key>, and <key>#<part> of a large value
//
// A name that is spelled has no colon and no #.

func (t *table) headKey() RowKey { return RowKey{t.prefix, "head"} }

func (t *table) journals(h head) string { return t.prefix + ":" + h.Generation + ":journal:" }

// chunkKey sorts journals by the number of their batch.
func (t *table) chunkKey(h head, number int64, id string, chunk int) RowKey {
	return RowKey{t.journals(h), fmt.Sprintf("%s%s/%05d", journalMark(number), id, chunk)}
}

func journalMark(number int64) string { return fmt.Sprintf("%019d/", number) }

func (t *table) partition(h head, collection string) string {
	return t.prefix + ":" + h.Generation + ":" + spelled(collection)
}

func (t *table) rowKey(h head, collection, key string) RowKey {
	return RowKey{t.partition(h, collection), spelled(key)}
}

// partMark comes before the number of a part.
const partMark = "#"

func partKey(main RowKey, part int) RowKey {
	return RowKey{main.Partition, fmt.Sprintf("%s%s%05d", main.Sort, partMark, part)}
}
