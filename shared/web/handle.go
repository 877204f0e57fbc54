package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"signalbox/shared/logging"
)

// statusHungUp is for a caller that had left before the answer: in the log, and for one
// that has only ended its own side of the connection.
const statusHungUp = 499

// Handle makes an [http.Handler] of h: its error becomes a problem, and each
// request one line in the log, under the name of its route. The route stands for
// the path, which may hold a card's number.
func Handle(logger *slog.Logger, route string, h HandlerFunc) http.Handler {
	return handle(logger, route, h, func(w http.ResponseWriter, _ *http.Request, e *Error) { e.write(w) })
}

// handle has refuse write what h refuses.
func handle(logger *slog.Logger, route string, h HandlerFunc, refuse ErrorPage) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		SetRoute(r, route)
		recorder := &statusRecorder{ResponseWriter: w}
		ctx := r.Context()
		r, caller := withCaller(r)
		err := h(recorder, r)
		switch {
		case err != nil && hungUp(r):
			NewError(statusHungUp, "caller-left", "The connection was closed before there was an answer.").write(recorder)
		case err != nil:
			refuse(recorder, r, asError(err))
		}
		logger.LogAttrs(ctx, levelOf(recorder.status), "request", slices.Concat([]slog.Attr{
			slog.String("method", logging.Untrusted(r.Method)),
			slog.String("route", route),
			slog.Int("status", recorder.status),
			slog.Int64("duration_ms", time.Since(start).Milliseconds()),
		}, callerAttr(*caller), cause(err))...)
	})
}

// hungUp reports whether the caller has left. A ctx whose time is up is not that.
func hungUp(r *http.Request) bool { return errors.Is(r.Context().Err(), context.Canceled) }

func levelOf(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}

func cause(err error) []slog.Attr {
	if err == nil {
		return nil
	}
	return []slog.Attr{slog.String("error", err.Error())}
}

// statusRecorder remembers the status for the log.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (s *statusRecorder) WriteHeader(status int) {
	if s.status == 0 {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *statusRecorder) Write(p []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	return s.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *statusRecorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }
