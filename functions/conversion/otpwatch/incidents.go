package otpwatch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/shared/incident"
	"signalbox/shared/route"
	"signalbox/shared/store"
)

// incidents are those that are remembered: one for each country at most, and a few about
// all of them. It is not safe for concurrent use.
type incidents struct {
	routes  route.Routes
	records map[incident.Key]watch.Incident
	stored  map[incident.Key][]byte
	changed map[incident.Key][]byte // what is to be stored; nil: nothing
}

var errNoIncident = errors.New("it is no incident of its key")

// loadIncidents reads them, and returns the records of those that cannot be decoded.
func (w *Watch) loadIncidents(ctx context.Context) (kept *incidents, damaged []store.Record, err error) {
	kept = &incidents{
		routes:  w.config.To.Routes,
		records: make(map[incident.Key]watch.Incident), stored: make(map[incident.Key][]byte), changed: make(map[incident.Key][]byte),
	}
	records, err := w.config.Store.List(ctx, incidentsCollection)
	if err != nil {
		return nil, nil, fmt.Errorf("read the incidents of the OTP rates: %w", err)
	}
	for _, r := range records {
		i, err := decodeIncident(r)
		if err != nil {
			damaged = append(damaged, r)
			continue
		}
		kept.records[i.Key], kept.stored[i.Key] = i, r.Value
	}
	return kept, damaged, nil
}

func decodeIncident(r store.Record) (i watch.Incident, err error) {
	if err := json.Unmarshal(r.Value, &i); err != nil {
		return i, err
	}
	if i.IsZero() || i.Key.String() != r.Key {
		return i, errNoIncident
	}
	return i, nil
}

// advance applies evaluations and returns the changes that follow.
func (k *incidents) advance(evaluations []watch.Evaluation, now time.Time) (all []watch.Change, err error) {
	for _, e := range evaluations {
		next, changes := incident.Advance(k.records[e.Key], e, now, incident.Policy{})
		changes = spread(k.records[e.Key], &next, changes, now)
		remember(k.records[e.Key], &next, changes)
		k.route(k.records[e.Key], &next, changes)
		if err := k.put(e.Key, next); err != nil {
			return all, err
		}
		all = append(all, changes...)
	}
	return all, nil
}

// elapse lets time pass for those that are over, and for those that damping holds back.
func (k *incidents) elapse(now time.Time) (all []watch.Change, err error) {
	for _, key := range k.keys() {
		next, changes := incident.Elapse(k.records[key], now, incident.Policy{})
		remember(k.records[key], &next, changes)
		k.route(k.records[key], &next, changes)
		if err := k.put(key, next); err != nil {
			return all, err
		}
		all = append(all, changes...)
	}
	return all, nil
}

// absent are the evaluations of what is remembered of windows, but was not evaluated: of
// a country that the past does not know any more.
func (k *incidents) absent(evaluated []watch.Evaluation, runs int, seen string) (more []watch.Evaluation) {
	known := make(map[incident.Key]bool)
	for _, e := range evaluated {
		known[e.Key] = true
	}
	for _, key := range k.keys() {
		ofWindows := key.Rule == watch.RateName || key.Rule == watch.PumpingName
		if ofWindows && !known[key] && k.records[key].NeedsEvaluation() {
			more = append(more, watch.Evaluation{
				Key: key, Status: incident.Absent, For: runs, Seen: seen, Details: k.records[key].Details,
			})
		}
	}
	return more
}

// put remembers an incident, to be stored where it differs from what is.
func (k *incidents) put(key incident.Key, next watch.Incident) error {
	var value []byte
	if next.IsZero() {
		delete(k.records, key)
	} else {
		var err error
		if value, err = json.Marshal(next); err != nil {
			return fmt.Errorf("store the incident of rule %s: %w", key.Rule, err)
		}
		k.records[key] = next
	}
	if bytes.Equal(value, k.stored[key]) {
		delete(k.changed, key)
	} else {
		k.changed[key] = value
	}
	return nil
}

// pending returns what is to be stored, and settle says that it was.
func (k *incidents) pending() []store.Record {
	var records []store.Record
	for _, key := range slices.SortedFunc(maps.Keys(k.changed), incident.Key.Compare) {
		records = append(records, store.Record{Collection: incidentsCollection, Key: key.String(), Value: k.changed[key]})
	}
	return records
}

func (k *incidents) settle() {
	for key, value := range k.changed {
		if value == nil {
			delete(k.stored, key)
		} else {
			k.stored[key] = value
		}
	}
	clear(k.changed)
}

// rateKey is the incident of the rate.
var rateKey = incident.Key{Subject: incident.Subject{Kind: watch.OTP, ID: watch.All}, Rule: watch.RateName}

// isOpen reports whether an incident is open, be it without a notification.
func (k *incidents) isOpen(key incident.Key) bool { return k.records[key].Phase == incident.PhaseOpen }

// open are the incidents that receivers take for open, in the order of their keys.
func (k *incidents) open() []watch.Incident {
	var open []watch.Incident
	for _, key := range k.keys() {
		if i := k.records[key]; i.IsOpen() {
			open = append(open, i)
		}
	}
	return open
}

func (k *incidents) keys() []incident.Key {
	return slices.SortedFunc(maps.Keys(k.records), incident.Key.Compare)
}
