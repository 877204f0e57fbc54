package store

import (
	"context"
	"errors"
	"fmt"
)

// journal is where the records of a batch are. Nobody looks at its rows before the head
// names them.
type journal struct {
	ID string `json:"id"`
	// Records is how many there are, and Size how many bytes they take encoded.
	Records int `json:"records"`
	Size    int `json:"size"`
	// Chunks is in how many rows they are. Of a small one, 0, they are in Inline.
	Chunks int    `json:"chunks,omitempty"`
	Inline []byte `json:"inline,omitempty"`
}

// possible tells whether the head may have been written with j, which may be nil.
func (j *journal) possible() bool { return j == nil || j.Chunks >= 0 && j.Chunks <= maxParts }

// encodeRecords returns records as bytes.
func encodeRecords(records []Record) []byte {
	var data []byte
	for _, r := range records {
		data = appendBytes(appendBytes(data, []byte(r.Collection)), []byte(r.Key))
		if r.Value == nil {
			data = append(data, 0)
		} else {
			data = appendBytes(append(data, 1), r.Value)
		}
	}
	return data
}

func decodeRecords(data []byte) ([]Record, error) {
	var records []Record
	d := decoder{rest: data}
	for len(d.rest) > 0 {
		r := Record{Collection: string(d.bytes()), Key: string(d.bytes())}
		if d.number() == 1 {
			r.Value = append([]byte{}, d.bytes()...)
		}
		records = append(records, r)
	}
	if d.failed {
		return nil, errEncoding
	}
	return records, nil
}

// keepJournal makes the journal of next's batch, and writes its rows where the head has
// no room for it.
func (t *table) keepJournal(ctx context.Context, next head, puts []Record) (*journal, error) {
	data := encodeRecords(puts)
	t.total.Add(int64(len(data)))
	j := &journal{ID: next.Batches[0], Records: len(puts), Size: len(data)}
	if len(data) <= t.limits.inline {
		j.Inline = data
		return j, nil
	}
	var rows []Row
	for len(data) > 0 {
		chunk := data[:min(len(data), t.limits.part)]
		data = data[len(chunk):]
		rows = append(rows, Row{RowKey: t.chunkKey(next, next.Number, j.ID, len(rows)), Version: 1, Data: chunk})
	}
	j.Chunks = len(rows)
	if err := t.putRows(ctx, rows); err != nil {
		return nil, fmt.Errorf("write the journal: %w", err)
	}
	return j, nil
}

// errMoved says that what a head told is not so any more: read the head again.
var errMoved = errors.New("the state has changed meanwhile")

// journalled returns the records of h's journal, or errMoved where others have put them
// into their rows and dropped it.
func (t *table) journalled(ctx context.Context, h head) ([]Record, error) {
	if h.Journal == nil {
		return nil, nil
	}
	if kept := t.kept.Load(); kept != nil && kept.id == h.Journal.ID {
		return kept.records, nil
	}
	data := h.Journal.Inline
	if h.Journal.Chunks > 0 {
		var err error
		if data, err = t.chunks(ctx, h); err != nil {
			return nil, err
		}
	}
	records, err := decodeRecords(data)
	if err != nil || len(data) != h.Journal.Size || len(records) != h.Journal.Records {
		return nil, t.lostJournal(h)
	}
	t.keep(h.Journal.ID, records)
	return records, nil
}

// keptJournal saves reading a large one again for each record that is asked for.
type keptJournal struct {
	id      string
	records []Record
}

func (t *table) keep(id string, records []Record) { t.kept.Store(&keptJournal{id, records}) }

// forget frees the memory of a journal that is over.
func (t *table) forget(id string) {
	if kept := t.kept.Load(); kept != nil && kept.id == id {
		t.kept.CompareAndSwap(kept, nil)
	}
}

// chunks reads the rows of h's journal.
func (t *table) chunks(ctx context.Context, h head) ([]byte, error) {
	keys := make([]RowKey, h.Journal.Chunks)
	for i := range keys {
		keys[i] = t.chunkKey(h, h.Number, h.Journal.ID, i)
	}
	rows, err := t.getRows(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	var data []byte
	for _, r := range rows {
		if r.Version == 0 {
			return nil, t.movedSince(ctx, h, t.lostJournal(h))
		}
		data = append(data, r.Data...)
	}
	return data, nil
}

// movedSince returns errMoved if the head is not what it was, or else the damage.
func (t *table) movedSince(ctx context.Context, h head, damage error) error {
	now, err := t.readHead(ctx)
	if err != nil {
		return err
	}
	if now.version != h.version {
		return errMoved
	}
	return damage
}

func (t *table) lostJournal(h head) error {
	return t.damaged(t.chunkKey(h, h.Number, h.Journal.ID, 0), nil, "the journal of its last batch cannot be read")
}

// dropJournal deletes the rows of a journal that nobody needs. Where that fails they are
// deleted later, see [table.sweepJournals].
func (t *table) dropJournal(ctx context.Context, next head, j *journal) {
	keys := make([]Row, j.Chunks)
	for i := range keys {
		keys[i] = Row{RowKey: t.chunkKey(next, next.Number, j.ID, i), Version: 1}
	}
	_ = t.deleteRows(ctx, keys) // said above
}
