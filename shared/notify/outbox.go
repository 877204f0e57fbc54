package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// maxChunk is how many changes one record of an outbox holds.
const maxChunk = 500

func outboxOf(receiver string) string { return "outbox/" + receiver }

// Enqueue returns the records that put changes into the outbox of each receiver
// that they are routed to, to be written with what led to them, once. An error
// means that details do not encode to JSON.
func (n *Notifier[D]) Enqueue(changes []incident.Change[D]) ([]store.Record, error) {
	var records []store.Record
	for _, r := range n.config.Receivers {
		some, err := n.recordsOf(r.Name, changes, func(c incident.Change[D]) bool { return n.config.Route(r.Name, c.Incident) })
		if err != nil {
			return nil, err
		}
		records = append(records, some...)
	}
	return records, nil
}

// recordsOf puts those changes into one receiver's outbox that are routed there.
func (n *Notifier[D]) recordsOf(receiver string, changes []incident.Change[D], routed func(incident.Change[D]) bool) ([]store.Record, error) {
	var records []store.Record
	for _, chunk := range chunksOf(changes, routed) {
		raw, err := json.Marshal(chunk)
		if err != nil {
			return nil, fmt.Errorf("encode %d changes for receiver %q: %w", len(chunk), receiver, err)
		}
		key := fmt.Sprintf("%020d-%s", n.next(), chunk[0].ID)
		records = append(records, store.Record{Collection: outboxOf(receiver), Key: key, Value: raw})
	}
	return records, nil
}

// chunksOf divides changes by group, for that is how most of them leave the outbox
// again. Those of one incident stay together, in their order.
func chunksOf[D any](changes []incident.Change[D], routed func(incident.Change[D]) bool) [][]incident.Change[D] {
	groupOf := make(map[incident.Key]Group)
	for _, c := range changes {
		groupOf[c.Incident.Key] = GroupOf(c.Incident)
	}
	byGroup := make(map[Group][]incident.Change[D])
	for _, c := range changes {
		if routed(c) {
			g := groupOf[c.Incident.Key]
			byGroup[g] = append(byGroup[g], c)
		}
	}
	var chunks [][]incident.Change[D]
	for _, g := range slices.SortedFunc(maps.Keys(byGroup), Group.Compare) {
		chunks = slices.AppendSeq(chunks, slices.Chunk(byGroup[g], maxChunk))
	}
	return chunks
}

// next returns a number greater than those before, whatever the clock does.
func (n *Notifier[D]) next() int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sequence = max(n.sequence+1, n.config.Now().UnixNano())
	return n.sequence
}

// follow makes what is enqueued from now on come after the record with a key.
func (n *Notifier[D]) follow(key string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sequence = max(n.sequence, sequenceOf(key))
}

func sequenceOf(key string) int64 {
	number, _, _ := strings.Cut(key, "-")
	sequence, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0 // nobody's record of ours: the oldest
	}
	return sequence
}

// outbox is the changes that a receiver is still to be notified of.
type outbox[D any] struct {
	collection string
	chunks     []*chunk[D]
	isRead     bool // the chunks are all that the store has
}

// chunk is one record of an outbox.
type chunk[D any] struct {
	key     string
	changes []*incident.Change[D]
	dirty   bool // not as it is stored
}

// add reads a record. A change that is there already is left out, and so is one
// that cannot be decoded: the error says which.
func (o *outbox[D]) add(r store.Record, known map[string]bool) error {
	c := &chunk[D]{key: r.Key}
	o.chunks = append(o.chunks, c)
	changes, err := decodeEach[D](r.Value)
	c.changes = make([]*incident.Change[D], 0, len(changes))
	for i := range changes {
		if id := changes[i].ID; !known[id] {
			known[id] = true
			c.changes = append(c.changes, &changes[i])
		}
	}
	c.dirty = len(c.changes) != len(changes) || err != nil
	return err
}

// decodeEach reads the changes of a record, each alone.
func decodeEach[D any](value []byte) ([]incident.Change[D], error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(value, &raw); err != nil {
		return nil, fmt.Errorf("decode changes: %w", err)
	}
	changes, errs := make([]incident.Change[D], 0, len(raw)), []error(nil)
	for _, one := range raw {
		var change incident.Change[D]
		if err := json.Unmarshal(one, &change); err != nil {
			errs = append(errs, fmt.Errorf("decode a change: %w", err))
			continue
		}
		changes = append(changes, change)
	}
	return changes, errors.Join(errs...)
}

// where returns the changes for which wanted reports true, the oldest first.
func (o *outbox[D]) where(wanted func(*incident.Change[D]) bool) []*incident.Change[D] {
	var found []*incident.Change[D]
	for _, c := range o.chunks {
		for _, change := range c.changes {
			if wanted(change) {
				found = append(found, change)
			}
		}
	}
	return found
}

// pick returns the changes with these ids, for a Writer.
func (o *outbox[D]) pick(ids []string) []incident.Change[D] {
	picked := setOf(ids)
	return valuesOf(o.where(func(c *incident.Change[D]) bool { return picked[c.ID] }))
}

func valuesOf[D any](changes []*incident.Change[D]) []incident.Change[D] {
	if len(changes) == 0 {
		return nil
	}
	values := make([]incident.Change[D], len(changes))
	for i, c := range changes {
		values[i] = *c
	}
	return values
}

// remove drops the changes with these ids.
func (o *outbox[D]) remove(ids []string) {
	removed := setOf(ids)
	for _, c := range o.chunks {
		before := len(c.changes)
		c.changes = slices.DeleteFunc(c.changes, func(change *incident.Change[D]) bool { return removed[change.ID] })
		c.dirty = c.dirty || len(c.changes) != before
	}
}

func (o *outbox[D]) isDirty() bool {
	return slices.ContainsFunc(o.chunks, func(c *chunk[D]) bool { return c.dirty })
}

// records returns what has to be written for the store to hold this outbox.
func (o *outbox[D]) records() ([]store.Record, error) {
	var records []store.Record
	for _, c := range o.chunks {
		if !c.dirty {
			continue
		}
		r := store.Record{Collection: o.collection, Key: c.key}
		if len(c.changes) > 0 {
			raw, err := json.Marshal(c.changes)
			if err != nil {
				return nil, fmt.Errorf("encode %d changes: %w", len(c.changes), err)
			}
			r.Value = raw
		}
		records = append(records, r)
	}
	return records, nil
}

// saved says that the records are written.
func (o *outbox[D]) saved() {
	for _, c := range o.chunks {
		c.dirty = false
	}
	o.chunks = slices.DeleteFunc(o.chunks, func(c *chunk[D]) bool { return len(c.changes) == 0 })
}

// size returns how many changes wait, and since when the oldest does.
func (o *outbox[D]) size() (waiting int, oldest time.Time) {
	for _, c := range o.chunks {
		if len(c.changes) > 0 && oldest.IsZero() {
			oldest = time.Unix(0, sequenceOf(c.key))
		}
		waiting += len(c.changes)
	}
	return waiting, oldest
}

func setOf(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

func idsOf[D any](changes []*incident.Change[D]) []string {
	ids := make([]string, len(changes))
	for i, c := range changes {
		ids[i] = c.ID
	}
	return ids
}
