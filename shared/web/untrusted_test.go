package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"signalbox/shared/web"
)

// TestWhatCallersChooseIsCut sends names that are too long for a log line, and hold
// a card's number.
func TestWhatCallersChooseIsCut(t *testing.T) {
	t.Parallel()
	long := iccid + strings.Repeat("-x", 10_000)
	refusals := map[string]web.HandlerFunc{
		"parameter": func(http.ResponseWriter, *http.Request) error { return web.BadParameter(long, "Not known.") },
		"member":    func(http.ResponseWriter, *http.Request) error { return web.BadMember(long, "Not known.") },
		"body": func(http.ResponseWriter, *http.Request) error {
			return web.DecodeJSON([]byte(`{"`+long+`":1}`), &thing{})
		},
		"body, a name that is there twice": func(http.ResponseWriter, *http.Request) error {
			return web.DecodeJSON([]byte(`{"`+long+`":1,"`+long+`":1}`), &thing{})
		},
	}
	for name, refuse := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask("/x", refuse, get(t, "/x"))
			if p := got.problem(t); len(p.Field) > 256 || !strings.HasPrefix(p.Field, "89860321******15668-x") {
				t.Errorf("field = %q, want 256 bytes of it", p.Field)
			}
			if len(got.logs) > 1024 || strings.Contains(got.logs, iccid) {
				t.Errorf("log = %s, want a short line without the card's number", got.logs)
			}
		})
	}
	r := get(t, "/x")
	r.Method = strings.Repeat("M", 10_000)
	if got := ask("/x", ok, r); len(got.logs) > 1024 {
		t.Errorf("log = %s, want a short line", got.logs)
	}
}

// TestCallerHangsUp wants no error in the log, whatever the handler makes of it.
func TestCallerHangsUp(t *testing.T) {
	t.Parallel()
	down := web.NewError(http.StatusBadGateway, "down", "Down.")
	tests := []struct {
		name   string
		handle web.HandlerFunc
		level  string
		status float64
	}{
		{"during a call", func(_ http.ResponseWriter, r *http.Request) error { return down.Because(r.Context().Err()) }, "INFO", 499},
		{"an unknown error", func(http.ResponseWriter, *http.Request) error { return errors.New("broken pipe") }, "INFO", 499},
		{"during its body", func(http.ResponseWriter, *http.Request) error {
			return web.NewError(http.StatusBadRequest, "body-incomplete", "Cut off.").Because(io.ErrUnexpectedEOF)
		}, "INFO", 499},
		{"after the answer", ok, "INFO", 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, hangUp := context.WithCancel(t.Context())
			hangUp()
			got := ask("/x", tt.handle, httptest.NewRequestWithContext(ctx, http.MethodGet, "/x", http.NoBody))
			if line := got.lines(t)[0]; line["level"] != tt.level || line["status"] != tt.status {
				t.Errorf("log = %s, want level %s, status %v", got.logs, tt.level, tt.status)
			}
		})
	}
	t.Run("time is up", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), 0)
		defer cancel()
		handle := func(http.ResponseWriter, *http.Request) error {
			return web.NewError(http.StatusGatewayTimeout, "slow", "Slow.")
		}
		got := ask("/x", handle, httptest.NewRequestWithContext(ctx, http.MethodGet, "/x", http.NoBody))
		if line := got.lines(t)[0]; line["level"] != "ERROR" || line["status"] != 504.0 {
			t.Errorf("log = %s, want level ERROR, status 504", got.logs)
		}
	})
}
