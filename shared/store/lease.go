package store

import (
	"context"
	"errors"
	"time"
)

// ErrHeld says that another run has the lease: leave the work to it.
var ErrHeld = errors.New("another run has the lease")

// ErrLost says that a lease was taken over, or could not be renewed in time.
var ErrLost = errors.New("the lease was lost")

// Lease is the right to do something alone, until it ends, is lost or released.
type Lease struct{}

// LeaseConfig says which lease is wanted, and for how long it lasts between two
// heartbeats.
type LeaseConfig struct {
	Name   string
	Length time.Duration
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

// Acquire takes the lease, or returns ErrHeld. A lease that ends later than twice
// its length from now counts as ended: some clock was wrong.
func Acquire(ctx context.Context, s Store, c LeaseConfig) (*Lease, error) { panic("not written yet") }

// Keep renews the lease by a heartbeat until stop is called. The context it
// returns is cancelled with the cause ErrLost when the lease is lost.
func (l *Lease) Keep(ctx context.Context) (kept context.Context, stop func()) {
	panic("not written yet")
}

// Fence is what a batch requires so that it is refused once the lease is lost.
func (l *Lease) Fence() Record { panic("not written yet") }

// Release ends the lease, so that others need not wait for its end.
func (l *Lease) Release(ctx context.Context) error { panic("not written yet") }
