package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/store"
)

const (
	// keep is how long it is remembered who did what.
	keep = 30 * 24 * time.Hour
	// maxDropped is how many records one batch drops.
	maxDropped = 500
)

// Expire drops records that count no more: what stands of incidents that are over or
// worse, silences that are over, and actions of a month ago. There may be 20,000 at once,
// so it goes batch by batch, and leaves to the next call what it has no time for. fence is
// required of each write. A batch of which somebody changes a record at the same moment is
// left to the next call, too.
func Expire(ctx context.Context, s store.Store, standing Standing, open iter.Seq[rule.Incident], fence store.Record, now time.Time) error {
	old, err := oldActions(ctx, s, now)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(append(standing.over(open, now), old...), maxDropped) {
		if ctx.Err() != nil {
			return nil
		}
		if err := s.Apply(ctx, dropping(some, fence)); err != nil && !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("drop what people did: %w", err)
		}
	}
	return nil
}

// dropping is the batch that drops records, as they were read.
func dropping(records []store.Record, fence store.Record) store.Batch {
	b := store.Batch{If: append([]store.Record{fence}, records...)}
	for _, r := range records {
		b.Put = append(b.Put, store.Record{Collection: r.Collection, Key: r.Key})
	}
	return b
}

// over are the records that count no more.
func (s Standing) over(open iter.Seq[rule.Incident], now time.Time) []store.Record {
	records := slices.Clone(s.broken)
	stands := make(map[string]bool, len(s.acknowledged))
	if len(s.acknowledged) > 0 {
		for i := range open {
			if _, ok := s.acknowledgementOf(i); ok {
				stands[i.ID()] = true
			}
		}
	}
	for id, a := range s.acknowledged {
		if !stands[id] {
			records = append(records, a.stored)
		}
	}
	for _, one := range s.silences {
		// One that is ahead by much more than a clock may be was made by a wrong one.
		if one.value.isOver(now) || one.value.At.Sub(now) > 24*time.Hour {
			records = append(records, one.stored)
		}
	}
	return records
}

// oldActions are those that are not remembered any more, and those that nobody can read.
func oldActions(ctx context.Context, s store.Store, now time.Time) ([]store.Record, error) {
	all, err := s.List(ctx, actions)
	if err != nil {
		return nil, fmt.Errorf("load what people did: %w", err)
	}
	var old []store.Record
	for _, r := range all {
		var one Record
		if json.Unmarshal(r.Value, &one) != nil || now.Sub(one.At).Abs() > keep {
			old = append(old, r)
		}
	}
	return old, nil
}
