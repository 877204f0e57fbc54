package fleet

import (
	"context"
	"log/slog"
	"runtime/debug"
)

// panicError is a panic over one card or page. It costs what it was over.
type panicError struct{}

func (panicError) Error() string { return "Signalbox itself failed over it, see the log" }

// Cause returns the same for all of them.
func (e panicError) Cause() string { return e.Error() }

// guard does work on one card or page, and returns an error where that panics. The
// first panic of a run is logged: others may be as many as there are cards.
func (r *run) guard(ctx context.Context, work func()) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = panicError{}
			r.panicked.Do(func() {
				r.config.Logger.LogAttrs(ctx, slog.LevelError, "the scan panicked over a card or a page",
					slog.Any("panic", problem), slog.String("stack", string(debug.Stack())))
			})
		}
	}()
	work()
	return nil
}
