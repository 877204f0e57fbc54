package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"signalbox/shared/logging"
)

// panicError is a panic that became an error.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// Unwrap returns the value of the panic where it is an error.
func (e *panicError) Unwrap() error {
	err, _ := e.value.(error)
	return err
}

// attempt calls f and returns its error; a panic of f is a *panicError.
func attempt(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{value: value, stack: debug.Stack()}
		}
	}()
	return f()
}

// failure describes err for the log.
func failure(err error) []slog.Attr {
	attrs := []slog.Attr{slog.String("error", err.Error())}
	if caught, ok := errors.AsType[*panicError](err); ok {
		attrs = append(attrs, slog.String("stack", string(caught.stack)))
	}
	return attrs
}

// guard answers 500 where next panics, and logs why. Where next had begun an
// answer already, or asks for it with [http.ErrAbortHandler], the guard
// panics with the latter: half an answer must not look like a whole one.
func (s *service) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watched := &watchedWriter{ResponseWriter: w}
		err := attempt(func() error {
			next.ServeHTTP(watched, r)
			return nil
		})
		switch {
		case err == nil:
			return
		case errors.Is(err, http.ErrAbortHandler):
			panic(http.ErrAbortHandler)
		}
		s.Logger.LogAttrs(r.Context(), slog.LevelError, "handler panicked", failure(err)...)
		if watched.began {
			panic(http.ErrAbortHandler)
		}
		clear(w.Header()) // What next had set was meant for its own answer.
		declareHarmless(w.Header())
		internalError(w, r)
	})
}

// watchedWriter knows whether the answer has begun.
type watchedWriter struct {
	http.ResponseWriter

	began bool
}

// WriteHeader begins the answer, unless status is only on the way to one.
func (w *watchedWriter) WriteHeader(status int) {
	w.began = w.began || status >= http.StatusOK
	w.ResponseWriter.WriteHeader(status)
}

// Write begins the answer.
func (w *watchedWriter) Write(p []byte) (int, error) {
	w.began = true
	return w.ResponseWriter.Write(p)
}

// FlushError is how [http.ResponseController] flushes.
func (w *watchedWriter) FlushError() error {
	w.began = true
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap lets [http.ResponseController] reach the rest.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// problem is an RFC 9457 problem. It says nothing of the cause.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	RequestID string `json:"requestId,omitempty"`
	// Unusable is set where the function is not ready.
	Unusable []Unusable `json:"unusable,omitempty"`
}

func internalError(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, r, problem{
		Type:   "urn:problem-type:signalbox:internal",
		Title:  "Internal error",
		Status: http.StatusInternalServerError,
	})
}

func writeProblem(w http.ResponseWriter, r *http.Request, p problem) {
	p.RequestID = logging.RequestID(r.Context())
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // Strings and numbers always encode.
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // The client may not be there any more.
}
