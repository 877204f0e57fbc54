package otpwatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"signalbox/functions/conversion/watch"
	"signalbox/shared/store"
)

// The collections beside those of package notify.
const (
	pastCollection      = "watch"
	incidentsCollection = "watch-incidents"
	// asideCollection has the last record of each kind that could not be decoded.
	asideCollection = "watch-aside"
	// deadLetters are of notifications: those of reports have the name that package notify
	// would give them.
	deadLetters = "watch-dead-letters"
)

// pastKey is the one record of pastCollection.
const pastKey = "profile"

// past is what windows are compared with, and how far that goes.
type past struct {
	profile *watch.Profile
	// begun is when the watch began: what was counted before is learnt, and nobody is
	// notified of it. passed is the end of the last window that is not to be tried again.
	begun, passed time.Time
	// since is from when on windows are looked at together: what was low before is over.
	since     time.Time
	stored    []byte // the record as of the last window; nil: there is none
	unwritten int    // windows since the record was written
	// unusable says that a newer version has written it. It is left as it is.
	unusable error
}

type encodedPast struct {
	Begun   time.Time       `json:"begun"`
	Passed  time.Time       `json:"passed,omitzero"`
	Since   time.Time       `json:"since,omitzero"`
	Profile json.RawMessage `json:"profile"`
}

// loadPast reads it. The record is returned where it is damaged, and the past begins anew.
func (w *Watch) loadPast(ctx context.Context) (p past, damaged []store.Record, err error) {
	r := store.Record{Collection: pastCollection, Key: pastKey}
	if r.Value, err = w.config.Store.Get(ctx, r.Collection, r.Key); err != nil {
		return p, nil, fmt.Errorf("read the past of the OTP rates: %w", err)
	}
	p = past{profile: new(watch.Profile), begun: w.config.Now(), stored: r.Value}
	if r.Value == nil {
		return p, nil, nil
	}
	switch err := p.decode(r.Value); {
	case errors.Is(err, watch.ErrSchema):
		p.unusable = err
	case err != nil:
		damaged, p.stored = append(damaged, r), nil
	}
	return p, damaged, nil
}

func (p *past) decode(value []byte) error {
	var e encodedPast
	if err := json.Unmarshal(value, &e); err != nil {
		return err
	}
	profile, err := watch.Decode(e.Profile)
	if err != nil {
		return err
	}
	p.profile, p.begun, p.passed, p.since = profile, e.Begun, e.Passed, e.Since
	return nil
}

// record returns the record as it is to be stored.
func (p *past) record() (store.Record, error) {
	r := store.Record{Collection: pastCollection, Key: pastKey}
	profile, err := p.profile.Encode()
	if err != nil {
		return r, err
	}
	r.Value, err = json.Marshal(encodedPast{Begun: p.begun.UTC(), Passed: p.passed.UTC(), Since: p.since.UTC(), Profile: profile})
	return r, err
}

// restore brings back what was stored, and passes over what comes before a time.
func (p *past) restore(until time.Time) error {
	begun := p.begun
	p.profile, p.passed = new(watch.Profile), time.Time{}
	if p.stored != nil {
		if err := p.decode(p.stored); err != nil {
			return fmt.Errorf("restore the past of the OTP rates: %w", err)
		}
	}
	p.begun, p.passed = begun, until
	return nil
}

// until is the end of the last window that needs no look any more.
func (p *past) until() time.Time { return later(p.profile.Until(), p.passed) }

// ahead is how far the past may be ahead of the clock: windows close by the store's.
const ahead = time.Hour

// heed has windows be learnt although the clock was ahead once, and reports whether it was.
func (p *past) heed(now time.Time) bool {
	if !p.until().After(now.Add(ahead)) {
		return false
	}
	p.profile.Rewind(now)
	p.passed, p.begun, p.since = now, earlier(p.begun, now), earlier(p.since, now)
	return true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
