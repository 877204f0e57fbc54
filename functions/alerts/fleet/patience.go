package fleet

import (
	"context"
	"errors"
	"time"

	"signalbox/shared/aliyun"
)

const (
	// lateRuns is how many runs in a row may end before a page has all its answers.
	lateRuns = 3
	// patientCalls is how many calls, one after the other, a run then has time for.
	patientCalls = 4
)

// hurry bounds how long a run waits for one answer, if the runs before it were too
// short for some: else the sweep would wait for these for ever.
func (r *run) hurry(ctx context.Context) {
	if deadline, ok := ctx.Deadline(); ok && r.at.Late >= lateRuns {
		r.patience = time.Until(deadline) / patientCalls
	}
}

// within makes a call that counts as timed out where the run's patience ends.
func within[T any](ctx context.Context, r *run, action string, call func(context.Context) (T, error)) (T, error) {
	if r.patience == 0 {
		return call(ctx)
	}
	bounded, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	answer, err := call(bounded)
	if outOfTime(bounded, err) && ctx.Err() == nil {
		r.slow.Store(true)
		err = &aliyun.Error{Action: action, Kind: aliyun.Timeout, Err: errSlow}
	}
	return answer, err
}

var errSlow = errors.New("no answer while the run could wait")

// lateness counts the runs in a row in which no page got all its answers. A run that
// had to hurry says nothing of the next, unless all was answered in time.
func (r *run) lateness(ctx context.Context, err error) {
	late := r.at.Late
	switch {
	case r.folded == 0 && outOfTime(ctx, err):
		late = min(late+1, lateRuns)
	case r.folded > 0 && !r.slow.Load():
		late = 0
	}
	if late != r.at.Late {
		r.at.Late = late
		r.pages++
	}
}
