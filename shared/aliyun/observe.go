package aliyun

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"signalbox/shared/aliyun/credential"
)

// Attempt is one attempt of a call, as it went.
type Attempt struct {
	Action  string
	Number  int           // from 1; of an attempt that was not made, the number of the last that was
	Waited  time.Duration // for a permit of the quota
	Took    time.Duration // from sending to the end of the answer
	Failure *Error        // nil: it succeeded
}

// Made reports whether the attempt reached the network: while the circuit breaker is
// open none does, nor does any without credentials.
func (a Attempt) Made() bool {
	return a.Failure == nil || a.Failure.Kind != Broken && !errors.Is(a.Failure, credential.ErrMissing)
}

// observe passes on how the last attempt went; failure is nil where it succeeded.
func (c *call) observe(ctx context.Context, failure *Error) {
	c.config.Observe(Attempt{Action: c.action, Number: c.attempts, Waited: c.waited, Took: c.took, Failure: failure})
	level, attrs := slog.LevelDebug, c.attrs()
	if failure != nil {
		level = slog.LevelWarn
		attrs = append(attrs,
			slog.String("kind", failure.Kind.String()),
			slog.String("code", failure.Code),
			slog.Int("status", failure.Status),
			slog.String("upstream_request_id", failure.RequestID),
			slog.String("upstream_message", failure.Message))
		if failure.Err != nil {
			attrs = append(attrs, slog.String("error", failure.Err.Error()))
		}
	}
	c.config.Logger.LogAttrs(ctx, level, "upstream call", attrs...)
}

func (c *call) attrs() []slog.Attr {
	attrs := []slog.Attr{
		slog.String("action", c.action),
		slog.Int("attempt", c.attempts),
		slog.Int64("waited_ms", c.waited.Milliseconds()),
		slog.Int64("took_ms", c.took.Milliseconds()),
	}
	if subject := c.request.Subject(); subject != "" {
		attrs = append(attrs, slog.String("iccid", subject))
	}
	return attrs
}
