package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// patient makes calls again that failed because the table was unavailable.
type patient struct{ Table }

// Get is [Table.Get].
func (p patient) Get(ctx context.Context, keys []RowKey) (rows []Row, err error) {
	err = again(ctx, func(ctx context.Context) error {
		rows, err = p.Table.Get(ctx, keys)
		return err
	})
	return rows, err
}

// List is [Table.List].
func (p patient) List(ctx context.Context, partition, after string) (rows []Row, more bool, err error) {
	err = again(ctx, func(ctx context.Context) error {
		rows, more, err = p.Table.List(ctx, partition, after)
		return err
	})
	return rows, more, err
}

// Put is [Table.Put]: ErrNotNewer may also be that an earlier attempt has written r.
func (p patient) Put(ctx context.Context, r Row) error {
	return again(ctx, func(ctx context.Context) error { return p.Table.Put(ctx, r) })
}

// Delete is [Table.Delete].
func (p patient) Delete(ctx context.Context, key RowKey, version int64) error {
	return again(ctx, func(ctx context.Context) error { return p.Table.Delete(ctx, key, version) })
}

const (
	// attempts is how often one call is made, each of them for up to attemptTime.
	attempts    = 8
	attemptTime = 10 * time.Second
	// callTime bounds one call with all its attempts, also by the clock on the wall: a
	// platform may stop the process for hours between two instructions, and what is
	// written much later may be of a state that is long over.
	callTime = 2 * time.Minute
)

// again calls until an answer comes, with growing pauses.
func again(ctx context.Context, call func(context.Context) error) error {
	began := time.Now().Round(0) // without the monotonic clock, which stands still then
	for n := 1; ; n++ {
		err := attempt(ctx, call)
		if !errors.Is(err, ErrUnavailable) {
			return err
		}
		if n == attempts || time.Since(began) > callTime {
			return fmt.Errorf("after %d attempts: %w", n, err)
		}
		if cause := pause(ctx, backoff(n)); cause != nil {
			return fmt.Errorf("%w after %d attempts, the last: %w", cause, n, err)
		}
	}
}

// attempt makes one call. One that takes too long counts as unavailable.
func attempt(ctx context.Context, call func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	err := call(bounded)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	case bounded.Err() != nil && !errors.Is(err, ErrUnavailable):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// backoff is how long to wait after attempt n: up to 50 ms, 100 ms and so on up to 4 s.
func backoff(n int) time.Duration {
	return rand.N(min(4*time.Second, 50*time.Millisecond<<(n-1))) + time.Millisecond
}

// pause waits, or returns why ctx has cause.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
