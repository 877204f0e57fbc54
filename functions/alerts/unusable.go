package alerts

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"signalbox/functions/alerts/message"
	"signalbox/shared/metric"
	"signalbox/shared/notify"
	"signalbox/shared/redisdial"
	"signalbox/shared/serve/function"
	"signalbox/shared/store"
)

// trouble is what kept the last runs from using the state. Only the process can
// remember it. It is safe for concurrent use.
type trouble struct {
	mu    sync.Mutex
	err   error // nil: none
	count int   // runs in a row
}

// note adds the outcome of a run and returns how many in a row could not use the
// state.
func (t *trouble) note(err error) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err = err; err == nil {
		t.count = 0
	} else {
		t.count++
	}
	return t.count
}

func (t *trouble) last() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// Ready reports whether the function can work. If its state cannot be used, reason
// says why and action what to do, in words that may be shown to anybody; else both
// are empty.
func (f *Function) Ready(ctx context.Context) (reason, action string) {
	err := f.config.Store.Check(ctx)
	if err == nil {
		err = f.trouble.last()
	}
	return explain(err)
}

// explain says why the state cannot be used and what to do, in words that may be shown to
// anybody; of nil both are empty.
func explain(err error) (reason, action string) {
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
	if reason, action := redisdial.Explain(err); reason != "" {
		return "the state cannot be used: " + reason, action
	}
	return "the state cannot be used", "see the log, and check SIGNALBOX_STATE_TABLE, SIGNALBOX_REDIS_URL or SIGNALBOX_STATE_FILE, and the room there"
}

// unusableParts is [Function.Ready] as GET /readyz says it, and what keeps Alibaba from
// being asked.
func (f *Function) unusableParts(ctx context.Context) []function.Unusable {
	var parts []function.Unusable
	if reason, action := f.Ready(ctx); reason != "" {
		parts = append(parts, function.Unusable{Part: "state", Reason: reason, Action: action})
	}
	if f.config.Ready != nil {
		parts = append(parts, f.config.Ready(ctx)...)
	}
	return parts
}

// patience is how many runs in a row may fail to use the state, other than by
// damage, before people are notified: a Redis may be unavailable for a moment.
const patience = 3

// unusable returns err, which kept a run from using the state. Of damage it notifies
// every receiver at each run, and of anything else once it has lasted: without a state
// it cannot remember that it has.
func (f *Function) unusable(ctx context.Context, err error) error {
	ends := slices.ContainsFunc([]error{store.ErrLost, store.ErrHeld, store.ErrConflict}, func(end error) bool { return errors.Is(err, end) })
	if ctx.Err() != nil || ends {
		return err // the state may be well: the run ended before it could be used
	}
	count := f.trouble.note(err)
	f.config.Meter.Set(metric.StateAvailable, 0)
	_, damaged := errors.AsType[*store.DamagedError](err)
	_, newer := errors.AsType[*store.SchemaError](err)
	if !damaged && !newer && count < patience {
		return err
	}
	reason, action := f.Ready(ctx)
	said := func(receiver string) notify.Message {
		return message.Unwatched(f.config.styleFor(receiver), reason, action)
	}
	if failed := f.notifier.Broadcast(ctx, said); failed != nil {
		f.config.Logger.LogAttrs(ctx, slog.LevelError, "receivers were not notified that the state cannot be used",
			slog.String("error", failed.Error()))
	}
	return err
}
