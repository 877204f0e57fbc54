package ledger

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"time"

	"signalbox/functions/conversion/window"
)

// A group of an open window has a record of its own, so that a batch rewrites no
// more than it counts. Its key is the window's, 1 for the rest or else 0, the
// length of the country, and both names.
func groupKey(s window.Span, key window.Key) []byte {
	rest := byte(0)
	if key.Rest {
		rest = 1
	}
	buf := append(encodeSpan(s), rest, byte(len(key.Country))) //nolint:gosec // two letters
	buf = append(buf, key.Country...)
	return append(buf, key.Prefix...)
}

func decodeGroup(key, value []byte) (g window.Group, ok bool) {
	name := key[spanSize:]
	if len(name) < 2 || len(name) < 2+int(name[1]) {
		return g, false
	}
	g.Rest = name[0] == 1
	g.Country, g.Prefix = string(name[2:2+name[1]]), string(name[2+name[1]:])
	g.Counts, ok = decodeCounts(value)
	return g, ok
}

func encodeCounts(c window.Counts) []byte {
	return binary.AppendVarint(binary.AppendVarint(nil, c.Requested), c.Verified)
}

func decodeCounts(buf []byte) (c window.Counts, ok bool) {
	requested, n := binary.Varint(buf)
	if n <= 0 {
		return c, false
	}
	verified, m := binary.Varint(buf[n:])
	return window.Counts{Requested: requested, Verified: verified}, m > 0
}

// apply writes a plan.
func (t *transaction) apply(p *plan) error {
	expires := p.now.Add(p.rules.Kept())
	for key, otp := range p.otps {
		if err := t.otps.Put(key[:], encodeOTP(otp, expires)); err != nil {
			return err
		}
	}
	for span, c := range p.windows {
		if !c.touched() {
			continue
		}
		if err := t.applyChange(span, c); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) applyChange(span window.Span, c *change) error {
	r, err := t.record(span)
	if err != nil {
		return err
	}
	if c.opened {
		r = &record{Closes: c.state.Closes.UnixMilli(), Status: window.Open}
		if err := t.index.Put(entry(span, r), nil); err != nil {
			return err
		}
	}
	r.Requested += c.counts.Requested
	r.Verified += c.counts.Verified
	r.Late += c.late
	r.Duplicate += c.again
	for key, counts := range c.byGroup {
		added, err := t.addGroup(groupKey(span, key), counts)
		if err != nil {
			return err
		}
		r.Groups += added
	}
	return t.put(span, r)
}

// addGroup adds to a group and returns 1 where it is new.
func (t *transaction) addGroup(key []byte, counts window.Counts) (added int, err error) {
	value := t.groupsOf.Get(key)
	if value == nil {
		return 1, t.groupsOf.Put(key, encodeCounts(counts))
	}
	sum, ok := decodeCounts(value)
	if !ok {
		return 0, t.embedded.file.Damaged(groupBucket, key, value, "the counters of a group are not two numbers")
	}
	return 0, t.groupsOf.Put(key, encodeCounts(sum.Add(counts)))
}

// groups returns the groups of a window, merged, and the keys of their records.
func (t *transaction) groups(span window.Span) (groups []window.Group, keys [][]byte, err error) {
	prefix := encodeSpan(span)
	cursor := t.groupsOf.Cursor()
	for k, v := cursor.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = cursor.Next() {
		var ok bool
		if len(k) == spanSize {
			var closed []window.Group
			ok = json.Unmarshal(v, &closed) == nil
			groups = append(groups, closed...)
		} else {
			var g window.Group
			g, ok = decodeGroup(k, v)
			groups = append(groups, g)
		}
		if !ok {
			return nil, nil, t.embedded.file.Damaged(groupBucket, k, v, "the counters of a window cannot be read")
		}
		keys = append(keys, bytes.Clone(k))
	}
	return window.Merge(groups), keys, nil
}

// sweepFactor is how many OTPs are looked at for each event that comes: an expired
// one is found before a quarter as many have come as are kept, whatever the load.
const sweepFactor = 4

// maxSweep bounds what one transaction looks at.
const maxSweep = 10_000

// sweep drops the expired among the next n OTPs. They are next to one another in
// the file, so that few pages are written.
func (e *embedded) sweep(t *transaction, now time.Time, n int) error {
	var drop [][]byte
	cursor := t.otps.Cursor()
	k, v := cursor.Seek(e.swept)
	for range min(n, maxSweep) {
		if k == nil { // at the end; the next sweep begins anew
			break
		}
		if expired(v, now) {
			drop = append(drop, bytes.Clone(k))
		}
		k, v = cursor.Next()
	}
	e.swept = bytes.Clone(k)
	for _, key := range drop {
		if err := t.otps.Delete(key); err != nil {
			return err
		}
	}
	return nil
}
