package alerts

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"signalbox/functions/alerts/channel"
	"signalbox/shared/incident"
	"signalbox/shared/store"
)

const (
	stateKey = "alerts"
	leaseKey = "alerts-lease"
	// schema is the version of the state's form.
	schema = 1
)

// state is what one tick leaves to the next: what is open, what is still to be
// told, and how far a sweep got. It grows with what is wrong, not with the fleet.
type state struct {
	Schema    int            `json:"schema"`
	Incidents incident.State `json:"incidents"`
	// Outbox is what is to be told next, Sending what may have been told
	// already. Sending is told again as it is until that is certain.
	Outbox  []incident.Notice `json:"outbox,omitempty"`
	Sending []incident.Notice `json:"sending,omitempty"`
	// Channel is what the channel remembers of the messages it has posted.
	Channel channel.Memory `json:"channel"`
	// Sweep is the sweep under way; nil: none. Last is the last one that was done.
	Sweep *progress `json:"sweep,omitempty"`
	Last  *progress `json:"last,omitempty"`
	// Begun is when the first tick came, Failures how many ticks in a row have
	// failed since, and Day what the next summary tells.
	Begun    time.Time `json:"begun,omitzero"`
	Failures int       `json:"failures,omitempty"`
	Day      day       `json:"day"`
	// Usage is what the whole account had used, day by day.
	Usage []total `json:"usage,omitempty"`
}

// progress is how far a sweep got.
type progress struct {
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished,omitzero"`
	NextPage int       `json:"nextPage"` // from 1
	Pages    int       `json:"pages"`    // how many are read at once
	Total    int       `json:"total"`    // cards, as the last page said
	// Listing is which of the listings is read, where filters make several, and
	// Listed how many cards those before it had that it has not.
	Listing int `json:"listing,omitempty"`
	Listed  int `json:"listed,omitempty"`
	// Judged are the cards and pools that were looked up one by one. One with an
	// open incident that is not among them at the end is in the listing no more.
	Judged map[string]bool `json:"judged,omitempty"`
	// Stuck is how often the same pages could not be read.
	Stuck int `json:"stuck,omitempty"`
	// Used is what the listed cards have used in their periods, in bytes.
	Used int64 `json:"used,omitempty"`
	// Oldest is the oldest usage seen.
	Oldest time.Time `json:"oldest,omitzero"`
	Report Report    `json:"report"`
}

func newProgress(now time.Time) *progress {
	return &progress{
		Started: now, NextPage: 1, Pages: firstPages, Judged: make(map[string]bool),
		Report: Report{Sweep: now.UTC().Format("20060102T150405Z")},
	}
}

// saved is a state and the version of the store's entry it belongs to.
type saved struct {
	state

	version uint64
}

// begun remembers when the first tick came.
func (s saved) begun(now time.Time) saved {
	if s.Begun.IsZero() {
		s.Begun = now
	}
	return s
}

// report is that of the sweep under way, or else of the last one.
func (s saved) report() Report {
	switch {
	case s.Sweep != nil:
		return s.Sweep.Report
	case s.Last != nil:
		return s.Last.Report
	default:
		return Report{}
	}
}

func (f *Function) load(ctx context.Context) (saved, error) {
	entry, err := f.config.Store.Get(ctx, stateKey)
	if err != nil {
		return saved{}, fmt.Errorf("load the state of alerts: %w", err)
	}
	s := saved{version: entry.Version}
	if entry.Version == 0 {
		return s, nil
	}
	if err := json.Unmarshal(entry.Value, &s.state); err != nil {
		return saved{}, fmt.Errorf("load the state of alerts: %w", err)
	}
	if s.Schema > schema {
		return saved{}, fmt.Errorf("load the state of alerts: schema %d is newer than this version, which knows %d", s.Schema, schema)
	}
	return s, nil
}

func (f *Function) save(ctx context.Context, s saved) (saved, error) {
	s.Schema = schema
	value, err := json.Marshal(s.state)
	if err != nil {
		return s, fmt.Errorf("save the state of alerts: %w", err)
	}
	entry, err := f.config.Store.Put(ctx, stateKey, store.Entry{Value: value, Version: s.version})
	if err != nil {
		return s, fmt.Errorf("save the state of alerts: %w", err)
	}
	s.version = entry.Version
	return s, nil
}

// with returns the state after a part of a sweep: its notices wait behind those
// that are still in the outbox.
func (s saved) with(next incident.State, notices []incident.Notice, p progress) saved {
	p.Report = p.Report.with(next, notices)
	s.Incidents = next
	s.Outbox = append(slices.Clip(s.Outbox), notices...)
	s.Sweep = &p
	if p.Report.Done {
		s.Sweep, s.Last = nil, &p
	}
	return s
}
