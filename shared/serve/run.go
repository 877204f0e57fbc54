package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"signalbox/shared/logging"
	"signalbox/shared/metric"
	"signalbox/shared/serve/event"
)

// RunError tells the platform that a run failed, so that it may deliver the
// scheduled event again. The name of this type is the errorType that alarms
// see. It does not wrap the cause, which is only for the log.
type RunError struct {
	// RequestID finds the cause in the log.
	RequestID string
}

// Error says where to find the cause.
func (e *RunError) Error() string {
	return "run failed: the log of request " + e.RequestID + " has the cause"
}

// warm is the answer of a function that has no schedule.
var warm = map[string]string{"status": "warm"}

// outcome is how a run went that did not fail.
type outcome struct {
	answer json.RawMessage
	// overlapped: it did nothing, because another run was under way.
	overlapped bool
}

// run does what e asks for, until the process is to end.
func (s *service) run(ctx context.Context, e event.Scheduled) (outcome, error) {
	ctx, cancel := s.untilStopping(ctx)
	defer cancel()
	if e.Time.IsZero() {
		e = event.NewScheduled(s.now(), e.Name, e.Payload)
	}
	var o outcome
	began := time.Now()
	err := attempt(func() (err error) {
		o, err = s.scheduled(ctx, e)
		return err
	})
	s.measureRun(time.Since(began), o, err)
	if err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelError, "run failed",
			append(failure(err), slog.String("scheduled_event", logging.Untrusted(e.ID)))...)
		return outcome{}, &RunError{RequestID: logging.RequestID(ctx)}
	}
	return o, nil
}

// The outcomes of runs, as they are counted.
const (
	runDone       = "done"
	runOverlapped = "overlapped"
	runFailed     = "failed"
)

// expectRuns has each outcome be counted from the start on, where there are runs.
func (s *service) expectRuns() {
	if s.Scheduled == nil {
		return
	}
	for _, how := range []string{runDone, runOverlapped, runFailed} {
		s.Meter.Expect(metric.RunDuration, how)
	}
}

func (s *service) measureRun(took time.Duration, o outcome, err error) {
	how := runDone
	switch {
	case s.Scheduled == nil:
		return // It only kept the instance warm.
	case err != nil:
		how = runFailed
	case o.overlapped:
		how = runOverlapped
	}
	s.Meter.Observe(metric.RunDuration, took, how)
}

func (s *service) scheduled(ctx context.Context, e event.Scheduled) (outcome, error) {
	if s.Scheduled == nil {
		s.Logger.InfoContext(ctx, "scheduled event ignored: this function has no schedule",
			slog.String("scheduled_event", logging.Untrusted(e.ID)))
		return encode(warm)
	}
	result, err := s.Scheduled(ctx, e)
	if err != nil {
		return outcome{}, err
	}
	return encode(result)
}

func encode(result any) (outcome, error) {
	answer, err := json.Marshal(result)
	if err != nil {
		return outcome{}, fmt.Errorf("encode the run's result: %w", err)
	}
	run, ok := result.(interface{ Overlapped() bool })
	return outcome{answer: answer, overlapped: ok && run.Overlapped()}, nil
}
