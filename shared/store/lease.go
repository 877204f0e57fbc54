package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ErrHeld says that somebody else has the lease: leave the work to them.
var ErrHeld = errors.New("the lease is held by another")

// Lease is the right to do something alone, until it ends or is released. It is
// not safe for concurrent use.
//
// It is an entry like any other, whose version tells a holder that somebody has
// taken over. The clocks of all who ask must agree to well within its length.
type Lease struct {
	store   Store
	key     string
	holder  string
	ttl     time.Duration
	version uint64
}

// tenure is the value of a lease's entry. The zero tenure has ended.
type tenure struct {
	Holder string    `json:"holder"`
	Until  time.Time `json:"until"`
}

// Acquire takes the lease of key for holder, from now for ttl, which must be
// above zero. The error is [ErrHeld] where another holder's lease has not ended,
// or where another was faster.
//
// Who holds a lease can acquire it again, which renews it and ends the [Lease]
// that was had before. So let holder name one run, not one machine: two runs of
// the same name would both go ahead.
func Acquire(ctx context.Context, s Store, key, holder string, now time.Time, ttl time.Duration) (*Lease, error) {
	if holder == "" || ttl <= 0 {
		return nil, fmt.Errorf("acquire %s for %q, %v: a lease needs a holder and a length", key, holder, ttl)
	}
	entry, err := s.Get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("acquire %s: %w", key, err)
	}
	if err := vacant(entry, holder, now); err != nil {
		return nil, fmt.Errorf("acquire %s: %w", key, err)
	}
	l := &Lease{store: s, key: key, holder: holder, ttl: ttl, version: entry.Version}
	if err := l.put(ctx, tenure{holder, now.Add(ttl)}); err != nil {
		return nil, fmt.Errorf("acquire %s: %w", key, err)
	}
	return l, nil
}

// vacant returns ErrHeld where another than holder has the lease.
func vacant(entry Entry, holder string, now time.Time) error {
	if entry.Version == 0 {
		return nil
	}
	var t tenure
	if err := json.Unmarshal(entry.Value, &t); err != nil {
		return err
	}
	if t.Holder != holder && now.Before(t.Until) {
		return fmt.Errorf("%w: %q until %s", ErrHeld, t.Holder, t.Until.Format(time.RFC3339))
	}
	return nil
}

// Renew makes the lease last from now for its ttl again, even where it had
// ended, as long as nobody has taken it over: then the error is [ErrHeld].
func (l *Lease) Renew(ctx context.Context, now time.Time) error {
	if err := l.put(ctx, tenure{l.holder, now.Add(l.ttl)}); err != nil {
		return fmt.Errorf("renew %s: %w", l.key, err)
	}
	return nil
}

// Release ends the lease, so that others need not wait for its end. The error is
// [ErrHeld] where it was taken over. The lease cannot be renewed afterwards.
func (l *Lease) Release(ctx context.Context) error {
	held := *l // its version stays behind, and Renew is refused
	if err := held.put(ctx, tenure{}); err != nil {
		return fmt.Errorf("release %s: %w", l.key, err)
	}
	return nil
}

// put writes t in the place of what the holder knows, or returns ErrHeld.
func (l *Lease) put(ctx context.Context, t tenure) error {
	t.Until = t.Until.UTC()
	value, err := json.Marshal(t)
	if err != nil {
		return err
	}
	entry, err := l.store.Put(ctx, l.key, Entry{Value: value, Version: l.version})
	if errors.Is(err, ErrConflict) {
		return ErrHeld
	}
	if err != nil {
		return err
	}
	l.version = entry.Version
	return nil
}
