package sample

import (
	"context"
	"errors"
	"log/slog"

	"signalbox/shared/serve/event"
)

// runs are what the schedule starts.
type runs struct{ logger *slog.Logger }

// scheduled does what the event's payload says.
func (r runs) scheduled(ctx context.Context, e event.Scheduled) (any, error) {
	switch e.Payload {
	case "fail":
		return nil, errors.New(Secret)
	case "panic":
		panic(Secret)
	case "unencodable":
		return func() {}, nil
	case "overlap":
		return overlap{Busy: true}, nil
	case "deadline":
		deadline, _ := ctx.Deadline()
		return deadline, nil
	case "wait":
		return nil, r.wait(ctx)
	case "stuck":
		r.logger.InfoContext(ctx, "run began")
		select {}
	}
	return map[string]string{"name": e.Name, "id": e.ID, "payload": e.Payload}, nil
}

// overlap is what a run says that left the work to another one.
type overlap struct {
	Busy bool `json:"busy"`
}

// Overlapped says so to the platform.
func (o overlap) Overlapped() bool { return o.Busy }

// wait is a run that would never end by itself, and has something to release.
func (r runs) wait(ctx context.Context) error {
	defer func() {
		r.logger.InfoContext(ctx, "run released its lease", slog.String("cause", context.Cause(ctx).Error()))
	}()
	r.logger.InfoContext(ctx, "run began")
	<-ctx.Done()
	return ctx.Err()
}
