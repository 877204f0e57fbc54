package store

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Get returns the value of a record, see [Store].
func (t *table) Get(ctx context.Context, collection, key string) (value []byte, err error) {
	if err := t.usable(ctx); err != nil {
		return nil, err
	}
	wanted := []Record{{Collection: collection, Key: key}}
	err = settling(ctx, func() error {
		h, err := t.readHead(ctx)
		if err != nil {
			return err
		}
		found, err := t.values(ctx, h, wanted)
		if err == nil {
			value = found[0].Value
		}
		return err
	})
	return value, err
}

// recordKey names a record.
type recordKey struct{ collection, key string }

func keyOf(r Record) recordKey { return recordKey{r.Collection, r.Key} }

// values returns the wanted records, each as it was at some time since h was read.
func (t *table) values(ctx context.Context, h head, wanted []Record) ([]Record, error) {
	known, err := t.newest(ctx, h)
	if err != nil {
		return nil, err
	}
	missing := make(map[RowKey]recordKey)
	for _, r := range wanted {
		if _, ok := known[keyOf(r)]; !ok {
			missing[t.rowKey(h, r.Collection, r.Key)] = keyOf(r)
		}
	}
	keys := make([]RowKey, 0, len(missing))
	for key := range missing {
		keys = append(keys, key)
	}
	rows, err := t.getRows(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("read rows: %w", err)
	}
	for _, row := range rows {
		r := missing[row.RowKey]
		if known[r], err = t.valueOf(ctx, h, row); err != nil {
			return nil, err
		}
	}
	found := slices.Clone(wanted)
	for i, r := range found {
		found[i].Value = bytes.Clone(known[keyOf(r)]) // a journal is kept for others, too
	}
	return found, nil
}

// newest are the records of the newest batch that may not be in their rows yet.
func (t *table) newest(ctx context.Context, h head) (map[recordKey][]byte, error) {
	journalled, err := t.journalled(ctx, h)
	if err != nil {
		return nil, err
	}
	known := make(map[recordKey][]byte, len(journalled))
	for _, r := range journalled {
		known[keyOf(r)] = r.Value
	}
	return known, nil
}

// valueOf returns the value that a record's row has, with its parts.
func (t *table) valueOf(ctx context.Context, h head, row Row) ([]byte, error) {
	if row.Version == 0 {
		return nil, nil
	}
	e, err := decodeEnvelope(row.Data)
	switch {
	case err != nil || e.kind == rowPart:
		return nil, t.brokenRow(row)
	case e.kind == rowTombstone:
		return nil, nil
	case e.kind == rowValue:
		return e.value, nil
	}
	keys := make([]RowKey, e.parts)
	for i := range keys {
		keys[i] = partKey(row.RowKey, i)
	}
	parts, err := t.getRows(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("read parts of a value: %w", err)
	}
	value, err := joined(row.Version, e, parts)
	if err != nil {
		return nil, t.movedSince(ctx, h, t.brokenRow(row))
	}
	return value, nil
}

func (t *table) brokenRow(row Row) error {
	return t.damaged(row.RowKey, row.Data, "a row of a record, or of a part of it, cannot be read")
}

// joined returns the value in parts, all of which the batch of its row has written.
func joined(version int64, e envelope, parts []Row) ([]byte, error) {
	value := make([]byte, 0, e.size)
	for _, part := range parts {
		p, err := decodeEnvelope(part.Data)
		if err != nil || part.Version != version || p.kind != rowPart {
			return nil, errEncoding
		}
		value = append(value, p.value...)
	}
	if len(value) != e.size || len(parts) != e.parts {
		return nil, errEncoding
	}
	return value, nil
}

// listTries is how often a list begins again to be of one moment.
const listTries = 5

// List returns the records of a collection, see [Store]. They are of one moment, unless
// others have written five times while it was read.
func (t *table) List(ctx context.Context, collection string) (records []Record, err error) {
	if err := t.usable(ctx); err != nil {
		return nil, err
	}
	n := 0
	err = settling(ctx, func() error {
		n++
		h, err := t.readHead(ctx)
		if err != nil {
			return err
		}
		records, err = t.list(ctx, h, collection, n >= listTries)
		return err
	})
	return records, err
}

// list is one attempt: errMoved where a batch was written meanwhile, unless that may be.
func (t *table) list(ctx context.Context, h head, collection string, anyway bool) ([]Record, error) {
	known, err := t.newest(ctx, h)
	if err != nil {
		return nil, err
	}
	rows, err := t.allRows(ctx, t.partition(h, collection))
	if err != nil {
		return nil, err
	}
	after, err := t.readHead(ctx)
	if err != nil {
		return nil, err
	}
	if !after.same(h) && !anyway {
		return nil, errMoved
	}
	l := listing{collection: collection, number: h.Number, known: known, parts: make(map[string][]Row)}
	records, broken := l.records(rows)
	switch {
	case broken != nil && !after.same(h):
		return nil, errMoved
	case broken != nil:
		return nil, t.brokenRow(*broken)
	}
	t.remember(l.garbage)
	return records, nil
}

func (t *table) allRows(ctx context.Context, partition string) (rows []Row, err error) {
	for after, more := "", true; more; {
		var page []Row
		if page, more, err = t.table.List(ctx, partition, after); err != nil {
			return nil, fmt.Errorf("list rows: %w", err)
		}
		if rows = append(rows, page...); len(page) > 0 {
			after = page[len(page)-1].Sort
		}
	}
	return rows, nil
}

// listing makes records of all rows of a collection.
type listing struct {
	collection string
	number     int64
	known      map[recordKey][]byte // of batch number
	parts      map[string][]Row     // by the sort key of their record
	garbage    []Row
}

// records returns the records in the order of their keys, or a row that is broken.
func (l *listing) records(rows []Row) (records []Record, broken *Row) {
	for _, row := range rows {
		if sort, _, part := strings.Cut(row.Sort, partMark); part {
			l.parts[sort] = append(l.parts[sort], row)
		}
	}
	for _, row := range rows {
		if strings.Contains(row.Sort, partMark) {
			continue
		}
		r, err := l.record(row)
		if err != nil {
			return nil, &row
		}
		if newest, ok := l.known[keyOf(r)]; ok && row.Version <= l.number {
			r.Value = bytes.Clone(newest)
		}
		delete(l.known, keyOf(r))
		if r.Value != nil {
			records = append(records, r)
		}
	}
	for key, value := range l.known {
		if key.collection == l.collection && value != nil {
			records = append(records, Record{Collection: key.collection, Key: key.key, Value: bytes.Clone(value)})
		}
	}
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(a.Key, b.Key) })
	return records, nil
}

func (l *listing) record(row Row) (r Record, err error) {
	e, err := decodeEnvelope(row.Data)
	if err != nil {
		return r, err
	}
	r = Record{Collection: l.collection, Key: e.key}
	if name, ok := unspelled(row.Sort); ok {
		r.Key = name
	}
	parts := slices.DeleteFunc(l.parts[row.Sort], func(part Row) bool {
		if part.Version < row.Version { // of a value that was replaced
			l.garbage = append(l.garbage, part)
		}
		return part.Version != row.Version
	})
	switch e.kind {
	case rowValue:
		r.Value = e.value
	case rowParted:
		if _, ok := l.known[keyOf(r)]; ok && row.Version <= l.number {
			return r, nil // the newest batch has its value
		}
		r.Value, err = joined(row.Version, e, parts)
	case rowTombstone:
		if time.Since(e.written) > tombstoneAge {
			l.garbage = append(l.garbage, row)
		}
	case rowPart:
		err = errEncoding
	}
	return r, err
}
