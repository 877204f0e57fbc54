package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// head is the row that says what the state is. A batch is written by the one write of it
// that names the batch's journal.
type head struct {
	// version is the row's, 0 where there is no state yet.
	version int64
	// asked is when, by the clock on the wall, it was asked for, or the one that it follows.
	asked time.Time
	// Generation is a part of the names of all other rows, so that to begin anew is one
	// write, and what was there stays as it is.
	Generation string `json:"generation"`
	// Number counts the batches.
	Number int64 `json:"number"`
	// Batches are the ids of the last ones, the newest first: a writer that got no answer
	// finds out by them whether its batch was written.
	Batches []string `json:"batches"`
	// Collections are those that have ever had a record.
	Collections []string `json:"collections"`
	// Journal has the records of the newest batch until all of them are in their rows.
	Journal *journal `json:"journal,omitempty"`
}

// keptBatches is how many ids of batches the head has.
const keptBatches = 32

// readHead reads the head, which is a new one where there is no state.
func (t *table) readHead(ctx context.Context) (head, error) {
	asked := time.Now().Round(0) // without the monotonic clock, which may stand still
	rows, err := t.table.Get(ctx, []RowKey{t.headKey()})
	if err != nil {
		return head{}, fmt.Errorf("read the head: %w", err)
	}
	h, err := t.decodeHead(rows[0])
	h.asked = asked
	return h, err
}

func (t *table) decodeHead(r Row) (head, error) {
	if r.Version == 0 {
		return newHead(0), nil
	}
	h := head{version: r.Version}
	if err := json.Unmarshal(r.Data, &h); err != nil || h.Generation == "" || !h.Journal.possible() {
		return head{version: r.Version}, t.damaged(r.RowKey, r.Data, "its head cannot be read")
	}
	return h, nil
}

// newHead is that of a new state, after a row of this version.
func newHead(version int64) head { return head{version: version, Generation: rand.Text()[:8]} }

// writeHead writes h as the next version of the row.
func (t *table) writeHead(ctx context.Context, h head) error {
	data, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return t.table.Put(ctx, Row{RowKey: t.headKey(), Version: h.version, Data: data})
}

// committing is the head that writes a batch with these records.
func (h head) committing(id string, puts []Record) head {
	next := h
	next.version++
	next.Number++
	next.Batches = slices.Insert(slices.Clone(h.Batches), 0, id)
	next.Batches = next.Batches[:min(len(next.Batches), keptBatches)]
	next.Collections = slices.Clone(h.Collections)
	for _, r := range puts {
		if at, found := slices.BinarySearch(next.Collections, r.Collection); !found {
			next.Collections = slices.Insert(next.Collections, at, r.Collection)
		}
	}
	return next
}

// settled is h after the journal's records are in their rows.
func (h head) settled() head {
	h.version++
	h.Journal = nil
	return h
}

// same tells whether no batch was written between two looks at the head.
func (h head) same(other head) bool {
	return h.Generation == other.Generation && h.Number == other.Number || h.version == other.version
}

var errUnknown = errors.New("others have written since, and whether the batch was written is not known any more")

// has tells whether the batch that next wanted to write is in h, which was read after.
func (h head) has(next head) (bool, error) {
	at := h.Number - next.Number
	switch {
	case h.Generation != next.Generation || at < 0:
		return false, nil
	case at >= int64(len(h.Batches)):
		return false, errUnknown
	}
	return h.Batches[at] == next.Batches[0], nil
}
