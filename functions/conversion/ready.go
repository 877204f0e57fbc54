package conversion

import (
	"context"
	"errors"
	"log/slog"

	"signalbox/shared/redisdial"
	"signalbox/shared/serve/function"
	"signalbox/shared/store"
)

// Ready says what does not work, or is in danger, as GET /readyz has it.
func (f *Function) Ready(ctx context.Context) []function.Unusable {
	parts := f.state(ctx)
	if f.config.Ready != nil {
		parts = append(parts, f.config.Ready(ctx)...)
	}
	return parts
}

func (f *Function) state(ctx context.Context) []function.Unusable {
	if f.config.Store == nil {
		return nil
	}
	err := f.config.Store.Check(ctx)
	if err == nil {
		_, err = f.outbox.Waiting(ctx) // without its ends no report can wait, or be sent
	}
	if err != nil {
		return []function.Unusable{unusableState(err)}
	}
	if f.config.Windows == nil {
		return nil
	}
	warning, err := f.config.Windows.Warning(ctx)
	if err != nil {
		// The state itself can be used.
		warning = "whether Redis may evict OTP events and windows could not be found out"
		f.config.Logger.WarnContext(ctx, "no look at the store", slog.String("error", err.Error()))
	}
	if warning == "" {
		return nil
	}
	return []function.Unusable{{
		Part: "state", Reason: warning, Action: "set maxmemory-policy to noeviction, and permit the command INFO", Warning: true,
	}}
}

func unusableState(err error) function.Unusable {
	if damaged, ok := errors.AsType[*store.DamagedError](err); ok {
		return function.Unusable{
			Part: "state", Reason: "the state is damaged: " + damaged.Reason,
			Action: "restore it, or set SIGNALBOX_STATE_RESET=" + damaged.ID + " to move it aside and begin anew",
		}
	}
	if schema, ok := errors.AsType[*store.SchemaError](err); ok {
		return function.Unusable{Part: "state", Reason: schema.Error(), Action: "run the version that wrote it, or a newer one"}
	}
	if reason, action := redisdial.Explain(err); reason != "" {
		return function.Unusable{Part: "state", Reason: "the state cannot be used: " + reason, Action: action}
	}
	return function.Unusable{
		Part: "state", Reason: "the state cannot be used",
		Action: "see the log, and check SIGNALBOX_REDIS_URL or SIGNALBOX_STATE_FILE, and the room there",
	}
}
