package alerts

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"maps"
	"slices"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/route"
	"signalbox/shared/store"
)

const incidents = "incidents" // a collection

// ledger is the incidents that are remembered, and which of them have changed
// since they were stored: an unchanged fleet writes nothing. It is not safe for
// concurrent use.
type ledger struct {
	policy incident.Policy
	// levels says how bad an incident was when it was acknowledged, the zero Level if it
	// was not; nil: none was. over are the ids of acknowledged ones that are over.
	levels  func(rule.Incident) incident.Level
	over    map[string]bool
	routes  rule.Routes
	records map[incident.Key]rule.Incident
	stored  map[incident.Key]uint64 // hash of what the store has
	changed map[incident.Key][]byte // what it is to have; nil: nothing
	opened  int                     // how many of the records are open
	groups  map[incident.Key]bool   // those of groups whose phase is open
	grouped groupIndex
	// forget are those to be deleted with the last batch of the run. Batch by batch,
	// the same pages of the store would be written again and again.
	forget map[incident.Key]bool
	seed   maphash.Seed
}

// newLedger returns one without incidents.
func newLedger(p incident.Policy, routes rule.Routes) *ledger {
	return &ledger{
		policy: p, routes: routes, records: make(map[incident.Key]rule.Incident), stored: make(map[incident.Key]uint64),
		changed: make(map[incident.Key][]byte), forget: make(map[incident.Key]bool), seed: maphash.MakeSeed(),
		over: make(map[string]bool), groups: make(map[incident.Key]bool), grouped: newGroupIndex(),
	}
}

// openLedger reads the incidents. One that cannot be decoded is an error that
// names the damage.
func openLedger(ctx context.Context, s store.Store, p incident.Policy, routes rule.Routes) (*ledger, error) {
	l := newLedger(p, routes)
	return l, each(ctx, s, incidents, l.decode)
}

var errNoIncident = errors.New("it is no incident of its key")

// decodeIncident reads what is stored of an incident.
func decodeIncident(r store.Record) (rule.Incident, error) {
	var i rule.Incident
	if err := json.Unmarshal(r.Value, &i); err != nil {
		return i, err
	}
	if i.IsZero() || i.Key.String() != r.Key {
		return i, errNoIncident
	}
	return i, nil
}

func (l *ledger) decode(r store.Record) error {
	i, err := decodeIncident(r)
	if err != nil {
		return err
	}
	l.remember(i.Key, i)
	l.stored[i.Key] = maphash.Bytes(l.seed, r.Value)
	return nil
}

// advance applies evaluations and returns the changes that follow.
func (l *ledger) advance(evaluations []rule.Evaluation, now time.Time) ([]rule.Change, error) {
	var all []rule.Change
	for _, e := range evaluations {
		past, known := l.records[e.Key]
		next, changes := incident.Advance(past, e, now, l.policyFor(past))
		l.release(past, next)
		l.route(past, &next, changes)
		if !known && next.IsZero() {
			continue
		}
		if err := l.put(e.Key, next); err != nil {
			return all, err
		}
		all = append(all, changes...)
	}
	return all, nil
}

// policyFor is the policy for an incident, which may be acknowledged.
func (l *ledger) policyFor(i rule.Incident) incident.Policy {
	p := l.policy
	if l.levels != nil {
		p.Acknowledged = l.levels(i)
	}
	return p
}

// release ends the acknowledgement of an incident that is over.
func (l *ledger) release(past, next rule.Incident) {
	if past.Phase != incident.PhaseOpen || l.policyFor(past).Acknowledged == (incident.Level{}) {
		return
	}
	if next.Phase != incident.PhaseOpen || !next.Opened.Equal(past.Opened) {
		l.over[past.ID()] = true
	}
}

// released are the records of acknowledgements that end with the next batch.
func (l *ledger) released() []store.Record {
	var records []store.Record
	for _, id := range slices.Sorted(maps.Keys(l.over)) {
		records = append(records, action.Released(id))
	}
	return records
}

// route remembers who is notified of changes.
func (l *ledger) route(past rule.Incident, next *rule.Incident, changes []rule.Change) {
	if len(l.routes) > 0 {
		l.recipients().Remember(past, next, changes)
	}
}

// recipients are who is notified of incidents.
func (l *ledger) recipients() route.Notified[rule.Details] {
	return route.Notified[rule.Details]{To: l.receivers, In: func(d *rule.Details) *[]string { return &d.Receivers }}
}

// notified remembers that a receiver was notified of an incident in another's place.
func (l *ledger) notified(key incident.Key, receiver string) error {
	if i, added := l.recipients().Add(l.records[key], receiver); added {
		return l.put(key, i)
	}
	return nil
}

// elapse lets time pass for the incidents that are over, and for those that
// damping holds back.
func (l *ledger) elapse(now time.Time) ([]rule.Change, error) {
	var all []rule.Change
	for _, key := range l.keys() {
		next, changes := incident.Elapse(l.records[key], now, l.policyFor(l.records[key]))
		l.route(l.records[key], &next, changes)
		if err := l.put(key, next); err != nil {
			return all, err
		}
		all = append(all, changes...)
	}
	return all, nil
}

// put remembers an incident. It is stored with the next batch where it differs from what
// the store has.
func (l *ledger) put(key incident.Key, next rule.Incident) error {
	if next.IsZero() {
		l.remember(key, next)
		delete(l.changed, key)
		if _, stored := l.stored[key]; stored {
			l.forget[key] = true
		}
		return nil
	}
	value, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("store the incident of rule %s: %w", key.Rule, err)
	}
	l.remember(key, next)
	delete(l.forget, key)
	if hash, stored := l.stored[key]; stored && hash == maphash.Bytes(l.seed, value) {
		delete(l.changed, key)
		return nil
	}
	l.changed[key] = value
	return nil
}

// remember puts an incident into the records, and counts those that are open.
func (l *ledger) remember(key incident.Key, next rule.Incident) {
	if l.records[key].IsOpen() {
		l.opened--
	}
	if next.IsOpen() {
		l.opened++
	}
	l.grouped.replace(key, l.records[key], next)
	if next.IsZero() {
		delete(l.records, key)
	} else {
		l.records[key] = next
	}
	if delete(l.groups, key); key.Subject.Kind == incident.Group && next.Phase == incident.PhaseOpen {
		l.groups[key] = true
	}
}

// end puts the incidents that are to be deleted into the next batch.
func (l *ledger) end() {
	for key := range l.forget {
		l.changed[key] = nil
	}
	clear(l.forget)
}

// pending returns what is to be stored, and settle says that it was.
func (l *ledger) pending() []store.Record {
	records := make([]store.Record, 0, len(l.changed))
	for key, value := range l.changed {
		records = append(records, store.Record{Collection: incidents, Key: key.String(), Value: value})
	}
	slices.SortFunc(records, func(a, b store.Record) int { return cmp.Compare(a.Key, b.Key) })
	return records
}

func (l *ledger) settle() {
	for key, value := range l.changed {
		if value == nil {
			delete(l.stored, key)
		} else {
			l.stored[key] = maphash.Bytes(l.seed, value)
		}
	}
	clear(l.changed)
	clear(l.over)
}

// open are the incidents that receivers take for open, in the order of their keys.
func (l *ledger) open() []rule.Incident {
	open := make([]rule.Incident, 0, l.opened)
	for _, key := range l.keys() {
		if i := l.records[key]; i.IsOpen() {
			open = append(open, i)
		}
	}
	return open
}

// unresolved are those that are open, suppressed or not, in no order.
func (l *ledger) unresolved() iter.Seq[rule.Incident] {
	return func(yield func(rule.Incident) bool) {
		for _, i := range l.records {
			if i.Phase == incident.PhaseOpen && !yield(i) {
				return
			}
		}
	}
}

func (l *ledger) keys() []incident.Key {
	return slices.SortedFunc(maps.Keys(l.records), incident.Key.Compare)
}
