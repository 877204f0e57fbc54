package action

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
	"signalbox/shared/store"
)

// Book is where actions are kept. It is safe for concurrent use.
type Book struct {
	Store store.Store
	// Say returns records that have an action said in the threads of the incidents that it
	// changed something of, to be written with it. Nil: it is not said.
	Say func(r Record, of []rule.Incident, below slack.Ref) ([]store.Record, error)
}

// attempts is how often a request is tried that other writers overtake, or whose answer
// from the store is lost.
const attempts = 8

// Do does what a request asks for, once: the record of one that has come before is
// returned as it was, [Record.Repeated]. An error means that it may not be done, and
// that the same request may be sent again.
func (b Book) Do(ctx context.Context, r Request, now time.Time) (Record, error) {
	var err error
	for range attempts {
		var done Record
		if done, err = b.try(ctx, r, now); err == nil {
			return done, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return Record{}, fmt.Errorf("%s: %w", r.Verb, err)
}

// try reads what the request depends on, and writes what it changes if nobody has
// changed that meanwhile.
func (b Book) try(ctx context.Context, r Request, now time.Time) (Record, error) {
	if done, found, err := b.find(ctx, r.ID); found || err != nil {
		return done, err
	}
	standing, err := Load(ctx, b.Store)
	if err != nil {
		return Record{}, err
	}
	open, err := OpenIncidents(ctx, b.Store)
	if err != nil {
		return Record{}, err
	}
	p, err := newPlan(r, standing, open, now)
	if err != nil {
		return Record{}, err
	}
	return p.record, b.write(ctx, p)
}

// find returns what became of a request that has come before.
func (b Book) find(ctx context.Context, id string) (Record, bool, error) {
	raw, err := b.Store.Get(ctx, actions, id)
	if err != nil || raw == nil {
		return Record{}, false, err
	}
	var r Record
	if err := json.Unmarshal(raw, &r); err != nil {
		return Record{}, false, fmt.Errorf("decode the action: %w", err)
	}
	r.Repeated = true
	return r, true, nil
}

func (b Book) write(ctx context.Context, p plan) error {
	raw, err := json.Marshal(p.record)
	if err != nil {
		return err
	}
	batch := store.Batch{
		If:  append(p.before, store.Record{Collection: actions, Key: p.record.ID}),
		Put: append(p.after, store.Record{Collection: actions, Key: p.record.ID, Value: raw}),
	}
	if b.Say != nil && len(p.touched) > 0 {
		said, err := b.Say(p.record, p.touched, p.request.Thread)
		if err != nil {
			return err
		}
		batch.Put = append(batch.Put, said...)
	}
	return b.Store.Apply(ctx, batch)
}

// OpenIncidents are those that are open, suppressed or not, in the order of their keys.
// One that cannot be decoded is left out: a run says so.
func OpenIncidents(ctx context.Context, s store.Store) ([]rule.Incident, error) {
	records, err := s.List(ctx, incidents)
	if err != nil {
		return nil, fmt.Errorf("load the incidents: %w", err)
	}
	open := make([]rule.Incident, 0, len(records))
	for _, r := range records {
		var i rule.Incident
		if json.Unmarshal(r.Value, &i) == nil && i.Phase == incident.PhaseOpen {
			open = append(open, i)
		}
	}
	return open, nil
}
