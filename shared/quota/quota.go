// Package quota says how fast this account may call each action.
//
// Alibaba counts calls per main account and per action, so lookups, listings
// and conversion reports have a quota each and do not eat one another's.
package quota

import (
	"context"
	"fmt"
	"time"
)

// ExhaustedError says that the next free place in the quota comes only after
// the caller's deadline. Nothing was called and nothing was counted.
type ExhaustedError struct {
	Action     string
	RetryAfter time.Duration // from now until a place was free
}

// Error names the action and how long the wait would have been.
func (e *ExhaustedError) Error() string {
	return fmt.Sprintf("quota of %s: the next place is free in %v, after the deadline",
		e.Action, e.RetryAfter.Round(time.Millisecond))
}

// sleep waits for d or until ctx ends, whichever comes first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
