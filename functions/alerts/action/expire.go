package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/store"
)

const (
	// keep is how long it is remembered who did what.
	keep = 30 * 24 * time.Hour
	// maxDropped is how many records one call drops.
	maxDropped = 200
)

// Expire drops records that count no more, some of them: what stands of incidents that
// are over or worse, silences that are over, and actions of a month ago. fence is
// required of the write. Where people act at the same moment it drops nothing, and the
// next call does.
func Expire(ctx context.Context, s store.Store, standing Standing, open []rule.Incident, fence store.Record, now time.Time) error {
	dropped := standing.over(open, now)
	old, err := oldActions(ctx, s, now)
	if err != nil {
		return err
	}
	if dropped = append(dropped, old...); len(dropped) == 0 {
		return nil
	}
	b := store.Batch{If: []store.Record{fence}}
	for _, r := range dropped[:min(len(dropped), maxDropped)] {
		b.If = append(b.If, r)
		b.Put = append(b.Put, store.Record{Collection: r.Collection, Key: r.Key})
	}
	if err := s.Apply(ctx, b); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("drop what people did: %w", err)
	}
	return nil
}

// over are the records that count no more.
func (s Standing) over(open []rule.Incident, now time.Time) []store.Record {
	records := slices.Clone(s.broken)
	stands := make(map[string]bool, len(s.acknowledged))
	if len(s.acknowledged) > 0 {
		for _, i := range open {
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
