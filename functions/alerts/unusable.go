package alerts

import (
	"context"
	"errors"
	"log/slog"

	"signalbox/shared/slack"
	"signalbox/shared/store"
)

// Ready reports whether the function can work. If its state cannot be used, reason
// says why and action what to do, in words that may be shown to anybody; else both
// are empty.
func (f *Function) Ready(ctx context.Context) (reason, action string) {
	err := f.config.Store.Check(ctx)
	if err == nil {
		return "", ""
	}
	if damaged, ok := errors.AsType[*store.DamagedError](err); ok {
		return "the state is damaged: " + damaged.Reason,
			"restore it, or set SIGNALBOX_STATE_RESET=" + damaged.ID + " to move it aside and begin anew"
	}
	if schema, ok := errors.AsType[*store.SchemaError](err); ok {
		return schema.Error(), "run the version that wrote it, or a newer one"
	}
	return "the state cannot be reached", "see the log, and check SIGNALBOX_STATE_FILE or SIGNALBOX_REDIS_URL"
}

// unusable notifies every receiver that the state cannot be read, at each run and
// without a state to remember that by, and returns err. Other errors pass: a Redis
// that is away for a moment, or a run that was cancelled.
func (f *Function) unusable(ctx context.Context, err error) error {
	_, damaged := errors.AsType[*store.DamagedError](err)
	_, newer := errors.AsType[*store.SchemaError](err)
	if !damaged && !newer {
		return err
	}
	text := "🔴 Signalbox does not watch the SIM cards: " + err.Error()
	if failed := f.notifier.Broadcast(ctx, slack.Message{Text: text}); failed != nil {
		f.config.Logger.LogAttrs(ctx, slog.LevelError, "receivers were not notified of the damaged state",
			slog.String("error", failed.Error()))
	}
	return err
}
