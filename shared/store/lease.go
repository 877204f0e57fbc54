package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrHeld says that another run has the lease: leave the work to it.
var ErrHeld = errors.New("another run has the lease")

// ErrBrief says of a lease that is held that it is so for a moment: ask again.
var ErrBrief = errors.New("it is held for a moment")

// ErrLost says that a lease was taken over, or could not be renewed in time.
var ErrLost = errors.New("the lease was lost")

// Lease is the right to do something alone, until it ends, is lost or released.
// It is safe for concurrent use.
//
// It is kept as two records: who has it, which stays the same while it is
// renewed, and when it ends. The clocks of all who ask must agree to well within
// its length; a clock that does not can delay a run, but not make two write.
type Lease struct {
	store  Store
	config LeaseConfig
	holder Record
	// acquired is when, by this process's own monotonic clock.
	acquired time.Time
}

// LeaseConfig says which lease is wanted, and for how long it lasts between two
// heartbeats.
type LeaseConfig struct {
	Name   string
	Length time.Duration
	// Brief says that the lease is to be held for a moment, so that others may wait for its
	// end: they find ErrBrief beside ErrHeld.
	Brief bool
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

const leaseCollection = "leases"

// Acquire takes the lease, or returns ErrHeld. A lease that ends later than twice
// its length from now counts as ended: some clock was wrong.
func Acquire(ctx context.Context, s Store, c LeaseConfig) (*Lease, error) {
	if c.Name == "" || c.Length <= 0 {
		return nil, fmt.Errorf("acquire the lease %q for %v: it needs a name and a length", c.Name, c.Length)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	l := &Lease{store: s, config: c, holder: c.record("holder", []byte(c.mark()+rand.Text())), acquired: time.Now()}
	if err := l.acquire(ctx); err != nil {
		return nil, fmt.Errorf("acquire the lease %s: %w", c.Name, err)
	}
	return l, nil
}

// brief begins the name of a holder for a moment.
const brief = "brief-"

func (c LeaseConfig) mark() string {
	if c.Brief {
		return brief
	}
	return ""
}

func (c LeaseConfig) record(what string, value []byte) Record {
	return Record{Collection: leaseCollection, Key: c.Name + "/" + what, Value: value}
}

// ending is the record of a lease that ends a length from now.
func (c LeaseConfig) ending() Record {
	return c.record("end", []byte(c.Now().Add(c.Length).UTC().Format(time.RFC3339Nano)))
}

func (l *Lease) acquire(ctx context.Context) error {
	holder, end := l.config.record("holder", nil), l.config.record("end", nil)
	for _, r := range []*Record{&holder, &end} {
		value, err := l.store.Get(ctx, r.Collection, r.Key)
		if err != nil {
			return err
		}
		r.Value = value
	}
	if err := l.vacant(ctx, holder, end); err != nil {
		return err
	}
	err := l.store.Apply(ctx, Batch{If: []Record{holder, end}, Put: []Record{l.holder, l.config.ending()}})
	if errors.Is(err, ErrConflict) {
		return fmt.Errorf("%w: it was faster", ErrHeld)
	}
	return err
}

// vacant returns ErrHeld where another's lease has not ended.
func (l *Lease) vacant(ctx context.Context, holder, end Record) error {
	if holder.Value == nil || end.Value == nil {
		return nil
	}
	until, err := time.Parse(time.RFC3339Nano, string(end.Value))
	if err != nil {
		return Damaged(ctx, l.store, end, "the end of a lease is not a time")
	}
	now := l.config.Now()
	if now.Before(until) && !until.After(now.Add(2*l.config.Length)) {
		if strings.HasPrefix(string(holder.Value), brief) {
			return fmt.Errorf("%w: %w", ErrHeld, ErrBrief)
		}
		return fmt.Errorf("%w: %s until %s", ErrHeld, holder.Value, until.Format(time.RFC3339))
	}
	return nil
}

// Holder says who has the lease of that name in s, and until when, to be looked at by
// people: "" where nobody has it, or it has ended at now.
func Holder(ctx context.Context, s Store, name string, now time.Time) (holder string, until time.Time, err error) {
	c := LeaseConfig{Name: name}
	var values [2]string
	for i, r := range []Record{c.record("holder", nil), c.record("end", nil)} {
		value, err := s.Get(ctx, r.Collection, r.Key)
		if err != nil {
			return "", time.Time{}, fmt.Errorf("look at the lease %s: %w", name, err)
		}
		values[i] = string(value)
	}
	if values[0] == "" || values[1] == "" {
		return "", time.Time{}, nil
	}
	if until, err = time.Parse(time.RFC3339Nano, values[1]); err != nil {
		return "", time.Time{}, Damaged(ctx, s, c.record("end", []byte(values[1])), "the end of a lease is not a time")
	}
	if !now.Before(until) {
		return "", time.Time{}, nil
	}
	return values[0], until, nil
}

// renew makes the lease last a length from now again, even where it has ended,
// unless another run has it.
func (l *Lease) renew(ctx context.Context) error {
	return l.store.Apply(ctx, Batch{If: []Record{l.holder}, Put: []Record{l.config.ending()}})
}

// Fence is what a batch requires so that it is refused once another run has the
// lease, or it was released. It stays the same while the lease is renewed.
func (l *Lease) Fence() Record { return l.holder }

// Release ends the lease, so that others need not wait for its end. Where the
// lease was lost or released it does nothing.
func (l *Lease) Release(ctx context.Context) error {
	err := l.store.Apply(ctx, Batch{
		If:  []Record{l.holder},
		Put: []Record{l.config.record("holder", nil), l.config.record("end", nil)},
	})
	if err != nil && !errors.Is(err, ErrConflict) {
		return fmt.Errorf("release the lease %s: %w", l.config.Name, err)
	}
	return nil
}
