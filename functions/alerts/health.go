package alerts

import (
	"context"
	"errors"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/incident"
	"signalbox/shared/quota"
	"signalbox/shared/store"
)

// health is what is remembered of the sweeps themselves.
type health struct {
	Begun time.Time `json:"begun"` // when the first run came
	// Finished is when the last whole sweep ended, Took how long it took, and Gap
	// how long before it the one before had ended.
	Finished time.Time     `json:"finished,omitzero"`
	Took     time.Duration `json:"took,omitempty"`
	Gap      time.Duration `json:"gap,omitempty"`
	// Believed is when the last whole sweep ended whose listing is believed.
	Believed time.Time `json:"believed,omitzero"`
	// FailedRuns counts the runs in a row that failed without progress, and
	// FailedCause says why the last one did.
	FailedRuns  int    `json:"failedRuns,omitempty"`
	FailedCause string `json:"failedCause,omitempty"`
	// Day is for the next daily summary, and Summary the name of the last one: its
	// day, and whether it was without a sweep.
	Day     day    `json:"day"`
	Summary string `json:"summary,omitempty"`
}

// day is what the next daily summary says of the time since the last one.
type day struct {
	Opened   int `json:"opened,omitempty"`
	Resolved int `json:"resolved,omitempty"`
	Sweeps   int `json:"sweeps,omitempty"` // that were finished
	Late     int `json:"late,omitempty"`   // of them
	Failed   int `json:"failed,omitempty"` // runs that failed without progress
}

func (d *day) count(changes []rule.Change) {
	for _, c := range changes {
		switch c.Kind {
		case incident.Opened:
			d.Opened++
		case incident.Resolved:
			d.Resolved++
		case incident.Worsened, incident.Reminded, incident.Flapping:
		}
	}
}

// finished adds a whole sweep.
func (h *health) finished(c fleet.Checkpoint, now time.Time, late bool) {
	if !h.Finished.IsZero() {
		h.Gap = now.Sub(h.Finished)
	}
	h.Finished, h.Took = now, now.Sub(c.Started)
	if c.IsBelieved() {
		h.Believed = now
	}
	h.Day.Sweeps++
	if late {
		h.Day.Late++
	}
}

// ran adds a run. One that failed after it got further is no failure: the next
// goes on from there.
func (h *health) ran(progressed bool, err error) {
	if err == nil || progressed {
		h.FailedRuns, h.FailedCause = 0, ""
		return
	}
	h.FailedRuns++
	h.FailedCause = causeOf(err)
	h.Day.Failed++
}

// causeOf says why a run failed, in words that go into messages.
func causeOf(err error) string {
	if failure, ok := errors.AsType[*aliyun.Error](err); ok {
		return failure.Action + " " + failure.Cause()
	}
	if _, exhausted := errors.AsType[*quota.ExhaustedError](err); exhausted {
		return "the quota has no permit before the run's deadline"
	}
	switch {
	case errors.Is(err, store.ErrLost):
		return "the lease was lost"
	case errors.Is(err, context.DeadlineExceeded):
		return "the time ran out"
	case errors.Is(err, context.Canceled):
		return "the run was cancelled"
	default:
		return "the state could not be used; the log says why"
	}
}

// evaluateFleet applies the rules about the fleet itself, lets time pass for what
// no rule evaluated, and writes what follows.
func (r *run) evaluateFleet(ctx context.Context) error {
	now := r.config.Now()
	if err := r.advance(r.config.Rules.EvaluateFleet(r.state.fleet(r.config.Every), now), now); err != nil {
		return err
	}
	if err := r.settleGroups(now); err != nil {
		return err
	}
	elapsed, err := r.ledger.elapse(now)
	r.change(elapsed)
	if err != nil {
		return err
	}
	r.ledger.end()
	r.state.end()
	if err := r.write(ctx); err != nil {
		return err
	}
	r.forgetActions(ctx)
	return nil
}
