package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"signalbox/shared/logging"
	"signalbox/shared/serve/event"
)

// TickError tells the platform that a tick failed, so that it may deliver the
// tick again. The name of this type is the errorType that alarms see. It
// does not wrap the cause, which is only for the log.
type TickError struct {
	// RequestID finds the cause in the log.
	RequestID string
}

// Error says where to find the cause.
func (e *TickError) Error() string {
	return "tick failed: the log of request " + e.RequestID + " has the cause"
}

// warm is the answer of a function that has no schedule.
var warm = map[string]string{"status": "warm"}

func (s *service) tick(ctx context.Context, t event.Tick) (json.RawMessage, error) {
	var answer json.RawMessage
	err := attempt(func() (err error) {
		answer, err = s.runTick(ctx, t)
		return err
	})
	if err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelError, "tick failed",
			append(failure(err), slog.String("tick", t.ID))...)
		return nil, &TickError{RequestID: logging.RequestID(ctx)}
	}
	return answer, nil
}

func (s *service) runTick(ctx context.Context, t event.Tick) (json.RawMessage, error) {
	if s.Tick == nil {
		s.Logger.InfoContext(ctx, "tick ignored: this function has no schedule", slog.String("tick", t.ID))
		return json.Marshal(warm)
	}
	result, err := s.Tick(ctx, t)
	if err != nil {
		return nil, err
	}
	answer, err := json.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("encode the tick's result: %w", err)
	}
	return answer, nil
}
