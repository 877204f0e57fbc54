package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"signalbox/shared/logging"
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

// run does what e asks for, until the process is to end.
func (s *service) run(ctx context.Context, e event.Scheduled) (json.RawMessage, error) {
	ctx, cancel := s.untilStopping(ctx)
	defer cancel()
	if e.Time.IsZero() {
		e = event.NewScheduled(s.now(), e.Name, e.Payload)
	}
	var answer json.RawMessage
	err := attempt(func() (err error) {
		answer, err = s.scheduled(ctx, e)
		return err
	})
	if err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelError, "run failed",
			append(failure(err), slog.String("scheduled_event", logging.Untrusted(e.ID)))...)
		return nil, &RunError{RequestID: logging.RequestID(ctx)}
	}
	return answer, nil
}

func (s *service) scheduled(ctx context.Context, e event.Scheduled) (json.RawMessage, error) {
	if s.Scheduled == nil {
		s.Logger.InfoContext(ctx, "scheduled event ignored: this function has no schedule", slog.String("scheduled_event", logging.Untrusted(e.ID)))
		return json.Marshal(warm)
	}
	result, err := s.Scheduled(ctx, e)
	if err != nil {
		return nil, err
	}
	answer, err := json.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("encode the run's result: %w", err)
	}
	return answer, nil
}
