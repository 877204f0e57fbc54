// Package logging makes the one logger of a process: JSON lines in the form
// both platforms index (timestamp, level, message, requestId), with values that
// must not be seen replaced before they are written.
package logging

import (
	"context"
	"io"
	"log/slog"
	"math"
	"slices"
	"strings"
)

// Redacted stands in a log line where a secret would have been.
const Redacted = "[redacted]"

// New returns a logger that writes JSON lines to w, from level up. A line
// logged with a ctx carries the ctx's request id.
func New(w io.Writer, level slog.Leveler) *slog.Logger {
	json := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: replace})
	return slog.New(handler{Handler: json})
}

// Everything is a level below all others.
const Everything = slog.Level(math.MinInt)

// Discard returns a logger that writes nothing.
func Discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

type contextKey struct{}

// WithRequestID returns ctx carrying the platform's id of the invocation.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, contextKey{}, id)
}

// RequestID returns the id that ctx carries, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(contextKey{}).(string)
	return id
}

// FunctionKey is the key of the name of the function that logs. Of a logger that was
// given several names the last one is logged.
const FunctionKey = "function"

// handler adds the function's name, and the request id of the ctx, to each record.
type handler struct {
	slog.Handler

	function slog.Attr
}

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	id := RequestID(ctx)
	if id != "" || h.function.Key != "" {
		record = record.Clone()
	}
	if h.function.Key != "" {
		record.AddAttrs(h.function)
	}
	if id != "" {
		record.AddAttrs(slog.String("requestId", id)) //nolint:sloglint // the name both platforms index
	}
	return h.Handler.Handle(ctx, record)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var others []slog.Attr
	for _, a := range attrs {
		if a.Key == FunctionKey {
			h.function = a
		} else {
			others = append(others, a)
		}
	}
	return handler{h.Handler.WithAttrs(others), h.function}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.function}
}

// replace gives the built-in keys the names that both platforms index, and
// blanks any attribute whose key, or whose group's key, names a secret.
func replace(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 {
		switch a.Key {
		case slog.TimeKey:
			a.Key = "timestamp"
		case slog.MessageKey:
			a.Key = "message"
		}
	}
	if secretKey(a.Key) || slices.ContainsFunc(groups, secretKey) {
		a.Value = slog.StringValue(Redacted)
	}
	return a
}

// secretKey is the second line of defence: no caller should log these at all.
func secretKey(key string) bool {
	key = strings.ToLower(key)
	for _, word := range []string{"secret", "token", "authorization", "signature", "password", "webhook"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}
