// Package quota says how fast this account may call each action.
//
// Alibaba counts calls per main account and per action, so lookups, listings
// and conversion reports have a quota each and do not eat one another's. [Local]
// keeps a quota within one process, [Redis] across all instances that share it;
// [Background] lets others go first.
//
// Calls are spaced evenly, never in a burst: a burst at the start of one second
// and the even flow after it would be double the quota in that second. They slow
// down when Alibaba throttles all the same, because somebody else calls too or
// the quota is smaller than believed, and climb back when it no longer does.
package quota

import (
	"context"
	"fmt"
	"time"
)

// Quota hands out permits for calls of an action. It is safe for concurrent
// use.
type Quota interface {
	// Wait returns when the caller may make one call of action. Where ctx's
	// deadline comes before that it returns an [ExhaustedError] at once, and
	// where ctx ends while waiting, ctx's cause; the permit is then lost.
	Wait(ctx context.Context, action string) error
	// Throttled says that Alibaba refused a call of action for being too
	// fast, and how long it asked to wait, zero where it did not say.
	Throttled(ctx context.Context, action string, retryAfter time.Duration)
	// Answered says how long a call of action took, from its permit to the end
	// of its answer.
	Answered(action string, took time.Duration)
}

// source is where permits come from.
type source interface {
	Quota
	// reserve takes n permits in a row: the first comes after first and each of
	// the others step after the one before it. Where the first comes after
	// ctx's deadline it takes none and returns an ExhaustedError.
	reserve(ctx context.Context, action string, n int) (first, step time.Duration, err error)
	// speed is how many permits a second there are at most.
	speed() float64
}

// ExhaustedError says that the next permit comes only after
// the caller's deadline. Nothing was called and nothing was counted.
type ExhaustedError struct {
	Action     string
	RetryAfter time.Duration // from now until the next permit
}

// Error names the action and how long the wait would have been.
func (e *ExhaustedError) Error() string {
	return fmt.Sprintf("quota of %s: the next permit comes in %v, after the deadline",
		e.Action, e.RetryAfter.Round(time.Millisecond))
}

// Cause says why there was no call, in fixed words.
func (*ExhaustedError) Cause() string { return "quota exhausted" }

// margin keeps the pace a little below the quota: rounding, or a call that is a
// few milliseconds early on the network, must not put one call too many into
// one of Alibaba's seconds.
const margin = 0.995

// longest is how long a caller without a deadline may be made to wait.
const longest = time.Hour

// patience returns how long a caller may wait for its permit.
func patience(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(time.Until(deadline), longest)
	}
	return longest
}

// wait takes one permit of s and returns when it is there.
func wait(ctx context.Context, s source, action string) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	first, _, err := s.reserve(ctx, action, 1)
	if err != nil {
		return err
	}
	return sleep(ctx, first)
}

// sleep waits for d or until ctx ends, whichever comes first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
