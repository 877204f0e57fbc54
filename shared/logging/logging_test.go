package logging_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/logging"
)

// logOne returns the one line that log writes, without its time, which it checks.
func logOne(t *testing.T, log func(*slog.Logger)) map[string]any {
	t.Helper()
	var out bytes.Buffer
	log(logging.New(&out, slog.LevelInfo))
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("log %q: %v", &out, err)
	}
	at, _ := line["timestamp"].(string)
	if _, err := time.Parse(time.RFC3339Nano, at); err != nil {
		t.Errorf("timestamp of %s: %v", &out, err)
	}
	delete(line, "timestamp")
	return line
}

func TestLine(t *testing.T) {
	t.Parallel()
	ctx := logging.WithRequestID(t.Context(), "E4F94B97")
	tests := []struct {
		name string
		log  func(*slog.Logger)
		want map[string]any
	}{
		{
			"without a request",
			func(l *slog.Logger) { l.LogAttrs(t.Context(), slog.LevelWarn, "hello", slog.Int("n", 1)) },
			map[string]any{"level": "WARN", "message": "hello", "n": 1.0},
		},
		{
			"with a request",
			func(l *slog.Logger) { l.LogAttrs(ctx, slog.LevelInfo, "hello") },
			map[string]any{"level": "INFO", "message": "hello", "requestId": "E4F94B97"},
		},
		{
			"a logger with attributes",
			func(l *slog.Logger) {
				l.With(slog.String("function", "cardflow")).LogAttrs(ctx, slog.LevelError, "hello")
			},
			map[string]any{"level": "ERROR", "message": "hello", "function": "cardflow", "requestId": "E4F94B97"},
		},
		{
			"a logger of a function within one of another",
			func(l *slog.Logger) {
				l.With(slog.String("function", "cardflow"), slog.Int("n", 1)).With(slog.String("function", "serve")).LogAttrs(t.Context(), slog.LevelError, "hello")
			},
			map[string]any{"level": "ERROR", "message": "hello", "function": "serve", "n": 1.0},
		},
		{
			"the innermost request",
			func(l *slog.Logger) { l.LogAttrs(logging.WithRequestID(ctx, "inner"), slog.LevelInfo, "hello") },
			map[string]any{"level": "INFO", "message": "hello", "requestId": "inner"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, logOne(t, tt.log)); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSecretsAreBlanked(t *testing.T) {
	t.Parallel()
	const hidden = logging.Redacted
	keys := []string{"access_key_secret", "SecurityToken", "Authorization", "signature", "PASSWORD", "webhook_url"}
	want := map[string]any{
		"level": "INFO", "message": "hello", "access_key_id": "shown",
		"request": map[string]any{"api_token": hidden, "method": "GET"},
		"secrets": map[string]any{"first": hidden},
	}
	attrs := []slog.Attr{
		slog.String("access_key_id", "shown"),
		slog.Group("request", slog.String("api_token", "x"), slog.String("method", "GET")),
		slog.Group("secrets", slog.String("first", "x")),
	}
	for _, key := range keys {
		attrs = append(attrs, slog.Any(key, map[string]string{"value": "x"}))
		want[key] = hidden
	}
	inLine := logOne(t, func(l *slog.Logger) { l.LogAttrs(t.Context(), slog.LevelInfo, "hello", attrs...) })
	inLogger := logOne(t, func(l *slog.Logger) {
		slog.New(l.Handler().WithAttrs(attrs)).LogAttrs(t.Context(), slog.LevelInfo, "hello")
	})
	for where, line := range map[string]map[string]any{"a line": inLine, "a logger": inLogger} {
		if diff := cmp.Diff(want, line); diff != "" {
			t.Errorf("attributes of %s (-want +got):\n%s", where, diff)
		}
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger := logging.New(&out, slog.LevelWarn)
	logger.LogAttrs(t.Context(), slog.LevelInfo, "below")
	logger.LogAttrs(t.Context(), slog.LevelWarn, "at")
	if strings.Contains(out.String(), "below") || !strings.Contains(out.String(), `"at"`) {
		t.Errorf("log from warn up = %s, want the warning alone", &out)
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	if id := logging.RequestID(t.Context()); id != "" {
		t.Errorf("RequestID of a plain ctx = %q, want none", id)
	}
	ctx, cancel := context.WithCancel(logging.WithRequestID(t.Context(), "E4F94B97"))
	defer cancel()
	if id := logging.RequestID(ctx); id != "E4F94B97" {
		t.Errorf("RequestID = %q, want E4F94B97", id)
	}
}
