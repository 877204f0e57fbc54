package alerts

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"signalbox/shared/incident"
	"signalbox/shared/store"
)

const stateKey = "alerts"

// state is what one sweep leaves to the next: what is open, and the notices
// that Slack has not confirmed.
type state struct {
	Incidents incident.State    `json:"incidents"`
	Outbox    []incident.Notice `json:"outbox,omitempty"`
}

// saved is a state and the version of the store's entry it belongs to.
type saved struct {
	state
	version uint64
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
	return s, nil
}

func (f *Function) save(ctx context.Context, s saved) (saved, error) {
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

// with returns the state after a sweep: notices wait behind those that are
// still in the outbox.
func (s saved) with(next incident.State, notices []incident.Notice) saved {
	s.Incidents = next
	s.Outbox = append(slices.Clip(s.Outbox), notices...)
	return s
}
