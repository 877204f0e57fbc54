package ledger

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"time"

	bolt "go.etcd.io/bbolt"

	"signalbox/functions/conversion/window"
)

// errNone says that there is no ledger yet.
var errNone = errors.New("no event has come yet")

// view runs a transaction that reads, or returns errNone.
func (e *embedded) view(ctx context.Context, run func(*transaction) error) error {
	return e.file.View(ctx, func(tx *bolt.Tx) error {
		if t := e.read(tx); t != nil {
			return run(t)
		}
		return errNone
	})
}

// page bounds what one transaction reads: while it does, nothing is written.
const page = 100

// pages calls each for the records of a bucket whose keys are in [first, end), in
// several transactions.
func (e *embedded) pages(ctx context.Context, bucket func(*transaction) *bolt.Bucket, first, end []byte, each func(t *transaction, k, v []byte)) error {
	for first != nil {
		err := e.view(ctx, func(t *transaction) error {
			cursor := bucket(t).Cursor()
			k, v := cursor.Seek(first)
			for n := 0; k != nil && bytes.Compare(k, end) < 0 && n < page; n++ {
				each(t, k, v)
				k, v = cursor.Next()
			}
			first = nil
			if k != nil && bytes.Compare(k, end) < 0 {
				first = bytes.Clone(k)
			}
			return nil
		})
		if errors.Is(err, errNone) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *embedded) windows(ctx context.Context, from, to time.Time) (found []window.Window, err error) {
	var damaged error
	err = e.pages(ctx, func(t *transaction) *bolt.Bucket { return t.windows }, startKey(from), startKey(to),
		func(t *transaction, k, v []byte) {
			span, err := decodeSpan(k)
			if err != nil {
				damaged = errors.Join(damaged, e.file.Damaged(windowBucket, k, v, err.Error()))
				return
			}
			w, err := t.view(span, e.now())
			damaged = errors.Join(damaged, err)
			found = append(found, w...)
		})
	return found, errors.Join(err, damaged)
}

// startKey is before the keys of all windows that begin at t or later.
func startKey(t time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(max(ceilSecond(t), 0)))
}

func (e *embedded) oldest(ctx context.Context, s window.Status, limit int) (found []window.Window, err error) {
	var damaged error
	err = e.view(ctx, func(t *transaction) error {
		spans, err := t.indexed(s, math.MaxInt64, limit)
		for _, span := range spans {
			w, err := t.view(span, e.now())
			damaged = errors.Join(damaged, err)
			found = append(found, w...)
		}
		return err
	})
	if errors.Is(err, errNone) {
		return nil, nil
	}
	return found, errors.Join(err, damaged)
}

func (e *embedded) waiting(ctx context.Context) (n int, err error) {
	first := moment(window.Waiting, 0)[:1]
	err = e.pages(ctx, func(t *transaction) *bolt.Bucket { return t.index }, first, []byte{first[0] + 1},
		func(*transaction, []byte, []byte) { n++ })
	return n, err
}

// view returns a window, or none.
func (t *transaction) view(span window.Span, now time.Time) ([]window.Window, error) {
	r, err := t.record(span)
	if err != nil || r == nil {
		return nil, err
	}
	groups, _, err := t.groups(span)
	if err != nil {
		return nil, err
	}
	return []window.Window{r.view(span, groups, now)}, nil
}

// view is a window as callers see it.
func (r *record) view(span window.Span, groups []window.Group, now time.Time) window.Window {
	w := window.Window{
		Start: span.From(), End: span.To(), Closes: time.UnixMilli(r.Closes).UTC(),
		Requested: r.Requested, Verified: r.Verified, Late: r.Late, Duplicate: r.Duplicate,
		Status: r.Status, RequestID: r.RequestID, By: groups,
	}
	if w.Status == window.Open && !now.Before(w.End) {
		w.Status = window.Closing
	}
	if r.ReportTime != 0 {
		w.ReportTime = time.UnixMilli(r.ReportTime).UTC()
	}
	return w
}

// mark changes a record as w says.
func (r *record) mark(w window.Window) {
	if r.Status == window.Reported && w.Status != window.Reported {
		return
	}
	r.Status, r.RequestID, r.ReportTime = w.Status, w.RequestID, 0
	if !w.ReportTime.IsZero() {
		r.ReportTime = w.ReportTime.UnixMilli()
	}
}

func (e *embedded) mark(ctx context.Context, w window.Window) error {
	return e.file.Update(ctx, func(tx *bolt.Tx) error {
		t, err := e.begin(tx)
		if err != nil {
			return err
		}
		r, err := t.record(w.Span())
		if err != nil {
			return err
		}
		if r == nil || r.Status == window.Open {
			return ErrNotClosed
		}
		return t.move(w.Span(), func(r *record) { r.mark(w) })
	})
}

func (e *embedded) hours(ctx context.Context, from, to time.Time) (found []window.Hour, err error) {
	var damaged error
	err = e.pages(ctx, func(t *transaction) *bolt.Bucket { return t.hourly }, startKey(from), startKey(to),
		func(t *transaction, k, v []byte) {
			groups, err := t.hour(k, v)
			if err != nil || len(k) != hourKeySize {
				damaged = errors.Join(damaged, err)
				return
			}
			start := time.Unix(int64(binary.BigEndian.Uint64(k)), 0).UTC() //nolint:gosec // written by hourKey
			found = append(found, window.Hour{Start: start, By: groups})
		})
	return found, errors.Join(err, damaged)
}
