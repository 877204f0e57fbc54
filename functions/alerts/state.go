package alerts

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/store"
)

// The collections beside the incidents' and those of package notify.
const (
	sweeps  = "sweep"   // single records about the sweeps
	lookups = "lookups" // what the last lookup of a card said, by ICCID
	seen    = "seen"    // which known subjects the sweep under way has seen, by part
	groups  = "groups"  // how many cards the groups have
)

// sweep is the sweep under way, or the last one.
type sweep struct {
	Checkpoint fleet.Checkpoint `json:"checkpoint"`
	Changes    Report           `json:"changes"` // the counts of changes alone
}

// state is what a run leaves to the next one beside incidents and outboxes. It
// grows with what is wrong, not with the fleet, and what has not changed is not
// written.
type state struct {
	sweep   sweep
	health  health
	usage   []total
	lookups map[card.ICCID]fleet.Lookup
	seen    fleet.Marks
	groups  groupState

	seenKeys []string
	stored   map[string][]byte // the single records, as they are stored
	changed  []store.Record    // of lookups and seen
	// forget are the lookups to be deleted with the last batch of the run. Batch by
	// batch, the same pages of the store would be written again and again.
	forget map[card.ICCID]bool
}

// single are the records of the collection sweeps, by key.
func (s *state) single() map[string]any {
	return map[string]any{"current": &s.sweep, "health": &s.health, "usage": &s.usage}
}

func newState() *state {
	return &state{
		lookups: make(map[card.ICCID]fleet.Lookup), stored: make(map[string][]byte), forget: make(map[card.ICCID]bool),
		groups: newGroupState(),
	}
}

// openState reads the state.
func openState(ctx context.Context, st store.Store) (*state, error) {
	s := newState()
	err := each(ctx, st, sweeps, s.decodeSingle)
	if err == nil {
		err = each(ctx, st, lookups, s.decodeLookup)
	}
	if err == nil {
		err = each(ctx, st, seen, s.decodeSeen)
	}
	if err == nil {
		err = each(ctx, st, groups, s.groups.decode)
	}
	return s, err
}

func (s *state) decodeSingle(r store.Record) error {
	into, known := s.single()[r.Key]
	if !known {
		return fmt.Errorf("there is no record %q", r.Key)
	}
	var fields map[string]json.RawMessage
	if field := always[r.Key]; field != "" {
		if err := json.Unmarshal(r.Value, &fields); err != nil {
			return err
		}
		if value := fields[field]; value == nil || string(value) == "null" {
			return fmt.Errorf("it has no %s", field)
		}
	}
	s.stored[r.Key] = r.Value
	return json.Unmarshal(r.Value, into)
}

// always are the fields that every record of the collection sweeps has. A record without
// them is something else.
var always = map[string]string{"current": "checkpoint", "health": "day"}

// decodeLookup leaves out a lookup that cannot be decoded: the card is looked up again.
func (s *state) decodeLookup(r store.Record) error {
	var l fleet.Lookup
	if json.Unmarshal(r.Value, &l) == nil {
		s.lookups[card.ICCID(r.Key)] = l
	}
	return nil
}

// decodeSeen leaves out marks that cannot be decoded: their subjects are asked for again.
func (s *state) decodeSeen(r store.Record) error {
	var marks fleet.Marks
	if marks.UnmarshalText(r.Value) == nil {
		s.seen = append(s.seen, marks...)
	}
	s.seenKeys = append(s.seenKeys, r.Key)
	return nil
}

// each decodes the records of a collection. One for which decode returns an error is
// damage.
func each(ctx context.Context, st store.Store, collection string, decode func(store.Record) error) error {
	records, err := st.List(ctx, collection)
	if err != nil {
		return fmt.Errorf("load %s: %w", collection, err)
	}
	for _, r := range records {
		if err := decode(r); err != nil {
			return store.Damaged(ctx, st, r, fmt.Sprintf("a record of %s cannot be decoded: %v", collection, err))
		}
	}
	return nil
}

// begin begins a sweep, unless one is under way.
func (s *state) begin(now time.Time) {
	if s.health.Begun.IsZero() {
		s.health.Begun = now
	}
	switch last := s.sweep.Checkpoint; {
	case last.Sweep == "":
		s.sweep = sweep{Checkpoint: fleet.Begin(now, fleet.Census{})}
	case !last.Finished.IsZero():
		s.sweep = sweep{Checkpoint: last.Next(now)}
	default:
		return
	}
	s.groups.current = groupSweep{Sweep: s.sweep.Checkpoint.Sweep}
}

// add takes over a part of the scan. The lookups of earlier runs stay as they
// are: the scan reads them meanwhile.
func (s *state) add(part fleet.Part, now time.Time) error {
	s.sweep.Checkpoint = part.Checkpoint
	for _, id := range slices.Sorted(maps.Keys(part.Lookups)) {
		value, err := json.Marshal(part.Lookups[id])
		if err != nil {
			return fmt.Errorf("store a lookup: %w", err)
		}
		s.changed = append(s.changed, store.Record{Collection: lookups, Key: string(id), Value: value})
		delete(s.forget, id)
	}
	for _, id := range part.Forget {
		s.forget[id] = true
	}
	return s.see(part.Seen, now)
}

// end puts the lookups that are to be deleted into the next batch.
func (s *state) end() {
	for _, id := range slices.Sorted(maps.Keys(s.forget)) {
		s.changed = append(s.changed, store.Record{Collection: lookups, Key: string(id)})
	}
	clear(s.forget)
}

// see keeps what the sweep has seen until it is finished.
func (s *state) see(marks fleet.Marks, now time.Time) error {
	if !s.sweep.Checkpoint.Finished.IsZero() {
		for _, key := range s.seenKeys {
			s.changed = append(s.changed, store.Record{Collection: seen, Key: key})
		}
		s.seen, s.seenKeys = nil, nil
		return nil
	}
	if len(marks) == 0 {
		return nil
	}
	value, err := marks.MarshalText()
	if err != nil {
		return fmt.Errorf("store what was seen: %w", err)
	}
	key := s.sweep.Checkpoint.Sweep + "/" + now.UTC().Format(time.RFC3339Nano)
	s.seen, s.seenKeys = append(s.seen, marks...), append(s.seenKeys, key)
	s.changed = append(s.changed, store.Record{Collection: seen, Key: key, Value: value})
	return nil
}

// count adds changes to the sweep's and the day's.
func (s *state) count(changes []rule.Change) {
	s.sweep.Changes.count(changes)
	s.health.Day.count(changes)
}

// records returns what is to be stored; settle says that it was.
func (s *state) records() ([]store.Record, error) {
	changed := slices.Clone(s.changed)
	for key, document := range s.single() {
		value, err := json.Marshal(document)
		if err != nil {
			return nil, fmt.Errorf("store %s: %w", key, err)
		}
		if !bytes.Equal(value, s.stored[key]) {
			changed = append(changed, store.Record{Collection: sweeps, Key: key, Value: value})
		}
	}
	counts, err := s.groups.records()
	return append(changed, counts...), err
}

func (s *state) settle(stored []store.Record) {
	for _, r := range stored {
		switch r.Collection {
		case sweeps:
			s.stored[r.Key] = r.Value
		case groups:
			s.groups.settle(r)
		}
	}
	s.changed = nil
}

// fleet is what the rules about the fleet go by.
func (s *state) fleet(every time.Duration) rule.FleetObservation {
	o := s.sweep.Checkpoint.Fleet()
	o.Begun, o.LastFinished = s.health.Begun, s.health.Finished
	o.LastTook, o.LastGap, o.Every = s.health.Took, s.health.Gap, every
	o.FailedRuns, o.FailedCause = s.health.FailedRuns, s.health.FailedCause
	return o
}

// known is what the scan goes by.
func (r *run) known() fleet.Known {
	known := fleet.Known{
		Open: make(map[incident.Subject]fleet.Open), Lookups: r.state.lookups, Seen: r.state.seen,
	}
	for _, key := range r.ledger.keys() {
		i := r.ledger.records[key]
		if key.Subject.Kind == incident.Fleet || key.Subject.Kind == incident.Group || !i.NeedsEvaluation() {
			continue
		}
		known.Open[key.Subject] = openWith(known.Open[key.Subject], i)
	}
	return known
}

// openWith adds one more incident to those of a subject.
func openWith(open fleet.Open, i rule.Incident) fleet.Open {
	if i.Opened.After(open.Since) {
		open.Since = i.Opened
	}
	open.Lookup = open.Lookup || !rule.ByListing(i.Key.Rule)
	if facts := i.Details.Facts; len(facts.Tags) > 0 {
		open.Tags = facts.Tags
	}
	open.Package = cmp.Or(i.Details.Facts.Package, open.Package)
	return open
}

// load reads what earlier runs have left.
func (r *run) load(ctx context.Context) (err error) {
	if r.state, err = openState(ctx, r.config.Store); err != nil {
		return err
	}
	if r.ledger, err = openLedger(ctx, r.config.Store, incident.Policy{Repeat: r.config.Repeat}, r.config.Routes); err != nil {
		return err
	}
	return r.loadStanding(ctx)
}

// summed is the report of the run so far.
func (r *run) summed() Report {
	report, c := r.state.sweep.Changes, r.state.sweep.Checkpoint
	report.Sweep, report.Done = c.Sweep, !c.Finished.IsZero()
	report.Cards, report.Checked, report.Failed = c.Cards(), c.Counts.Checked, c.Counts.Failed
	report.ListCalls, report.FlowCalls, report.PoolCalls = c.Counts.ListCalls, c.Counts.FlowCalls, c.Counts.PoolCalls
	report.Open = r.ledger.opened
	report.Messages, report.Waiting, report.DeadLetters = r.messages, r.waiting, r.deadLetters
	return report
}
