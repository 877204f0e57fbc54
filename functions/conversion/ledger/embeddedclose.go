package ledger

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"

	bolt "go.etcd.io/bbolt"

	"signalbox/functions/conversion/window"
)

// perTransaction and groupsPerTransaction bound what is closed, or dropped, in one
// transaction, but for the last window.
const (
	perTransaction       = 50
	groupsPerTransaction = 2 * window.MaxOpenGroups
)

// closeDue closes what is due and drops what has expired, in short transactions.
func (e *embedded) closeDue(ctx context.Context) (closed int, err error) {
	var sum closing
	now := e.now()
	for {
		var done closing
		err := e.file.Update(ctx, func(tx *bolt.Tx) error {
			t, err := e.begin(tx)
			if err != nil {
				return err
			}
			if done, err = t.closeSome(now, len(sum.damaged)); err != nil {
				return err
			}
			return cmp.Or(t.dropWindows(now), t.dropHours(now), e.sweep(t, now, maxSweep))
		})
		if err != nil {
			return sum.closed, err
		}
		sum.closed += done.closed
		sum.damaged, sum.lost = append(sum.damaged, done.damaged...), append(sum.lost, done.lost...)
		if !done.more {
			return sum.closed, errors.Join(append(sum.damaged, sum.lost...)...)
		}
	}
}

// indexed returns the windows of a status up to a time, the oldest first.
func (t *transaction) indexed(s window.Status, until int64, limit int) ([]window.Span, error) {
	end := moment(s, until)
	var spans []window.Span
	cursor := t.index.Cursor()
	for k, v := cursor.Seek(end[:1]); k != nil && k[0] == end[0] && len(spans) < limit; k, v = cursor.Next() {
		if bytes.Compare(k[:min(len(k), momentSize)], end) >= 0 {
			break
		}
		span, err := decodeSpan(k[min(len(k), momentSize):])
		if err != nil {
			return nil, t.embedded.file.Damaged(indexBucket, k, v, err.Error())
		}
		spans = append(spans, span)
	}
	return spans, nil
}

// closing is what one transaction has closed.
type closing struct {
	closed int
	more   bool
	// damaged are the errors of the windows that cannot be closed. They keep no
	// other from it.
	damaged []error
	// lost are the errors of hours that do not count what was closed.
	lost []error
}

// closeSome closes windows, but for the oldest that are due and known as damaged.
func (t *transaction) closeSome(now time.Time, damaged int) (done closing, err error) {
	due, err := t.indexed(window.Open, now.UnixMilli(), damaged+perTransaction)
	if err != nil {
		return done, err
	}
	groups := 0
	for _, span := range due[min(damaged, len(due)):] {
		if groups > groupsPerTransaction {
			done.more = true
			return done, nil
		}
		c, err := t.closable(span)
		if err != nil {
			done.damaged = append(done.damaged, err)
			continue
		}
		if err := t.close(c); err != nil {
			return done, err
		}
		if c.lost != nil {
			done.lost = append(done.lost, c.lost)
		}
		groups += len(c.keys)
		done.closed++
	}
	done.more = len(due) == damaged+perTransaction
	return done, nil
}

// closable is what closing a window needs, read before any of it is written.
type closable struct {
	span         window.Span
	groups, hour []window.Group
	keys         [][]byte
	// lost is why the hour is left as it is: counters that are damaged keep no window
	// from being reported.
	lost error
}

func (t *transaction) closable(span window.Span) (c closable, err error) {
	c.span = span
	if _, err = t.record(span); err != nil {
		return c, err
	}
	if c.groups, c.keys, err = t.groups(span); err != nil {
		return c, err
	}
	key := hourKey(span.From())
	before, lost := t.hour(key, t.hourly.Get(key))
	c.hour, c.lost = window.Merge(before, c.groups), lost
	return c, nil
}

func (t *transaction) close(c closable) error {
	for _, key := range c.keys {
		if err := t.groupsOf.Delete(key); err != nil {
			return err
		}
	}
	if c.lost == nil {
		if err := putJSON(t.hourly, hourKey(c.span.From()), c.hour); err != nil {
			return err
		}
	}
	return cmp.Or(
		putJSON(t.groupsOf, encodeSpan(c.span), c.groups),
		t.move(c.span, func(r *record) { r.Status, r.Groups = window.Waiting, 0 }),
	)
}

// move changes a window's record and its entry in the index.
func (t *transaction) move(span window.Span, change func(*record)) error {
	r, err := t.record(span)
	if err != nil || r == nil {
		return err
	}
	if err := t.index.Delete(entry(span, r)); err != nil {
		return err
	}
	change(r)
	return cmp.Or(t.index.Put(entry(span, r), nil), t.put(span, r))
}

func putJSON(b *bolt.Bucket, key []byte, value any) error {
	encoded, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return b.Put(key, encoded)
}

// hourKeySize is the length of what hourKey returns.
const hourKeySize = 8

func hourKey(t time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(max(t.Truncate(time.Hour).Unix(), 0)))
}

func (t *transaction) hour(key, value []byte) (groups []window.Group, err error) {
	if value == nil {
		return nil, nil
	}
	if err := json.Unmarshal(value, &groups); err != nil {
		return nil, t.embedded.file.Damaged(hourBucket, key, value, "the counters of an hour are not JSON")
	}
	return groups, nil
}

// dropHours drops a day's worth at most.
func (t *transaction) dropHours(now time.Time) error {
	end := hourKey(now.Add(-hoursKept))
	for range 24 {
		k, _ := t.hourly.Cursor().First()
		if k == nil || bytes.Compare(k, end) >= 0 {
			return nil
		}
		if err := t.hourly.Delete(bytes.Clone(k)); err != nil {
			return err
		}
	}
	return nil
}

// dropWindows drops windows that need no more reporting. One that waits is kept
// however old it is.
func (t *transaction) dropWindows(now time.Time) error {
	until := now.Add(-t.embedded.config.Keep).UnixMilli()
	for _, status := range []window.Status{window.Reported, window.Dead} {
		spans, err := t.indexed(status, until, perTransaction)
		if err != nil {
			return err
		}
		for _, span := range spans {
			if err := t.drop(span, status); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *transaction) drop(span window.Span, status window.Status) error {
	key := encodeSpan(span)
	return cmp.Or(
		t.index.Delete(entry(span, &record{Status: status})),
		t.windows.Delete(key),
		t.groupsOf.Delete(key),
	)
}
