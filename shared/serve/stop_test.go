package serve_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"signalbox/shared/serve/servetest"
)

// TestStopEndsARun sends SIGTERM during a run that would never end by itself.
func TestStopEndsARun(t *testing.T) {
	t.Parallel()
	for name, start := range platforms(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			failed := make(chan string, 1)
			go func() {
				_, errorType := p.run(t, fmt.Sprintf(timer, "wait"))
				failed <- errorType
			}()
			untilLogged(t, p, "run began")
			if code := p.Stop(); code != 0 {
				t.Errorf("exit code = %d, want 0:\n%s", code, p.Output())
			}
			if got := <-failed; got != "RunError" {
				t.Errorf("the run answers the error %q, want RunError:\n%s", got, p.Output())
			}
			released := strings.Index(p.Output(), `"message":"run released its lease","cause":"the process is asked to end"`)
			closed := strings.Index(p.Output(), `"message":"closed"`)
			if released < 0 || closed < released || strings.Count(p.Output(), `"message":"closed"`) != 1 {
				t.Errorf("want the lease released and then the function closed once:\n%s", p.Output())
			}
		})
	}
}

func TestStopWhileIdle(t *testing.T) {
	t.Parallel()
	for name, start := range platforms(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			if code := p.Stop(); code != 0 || !strings.Contains(p.Output(), `"message":"closed"`) {
				t.Errorf("exit code = %d, want 0 and the function closed:\n%s", code, p.Output())
			}
		})
	}
}

// TestStopIsBounded has a run that ignores its ctx.
func TestStopIsBounded(t *testing.T) {
	t.Parallel()
	p := servetest.StartLambda(t, servetest.Build(t, bootstrap))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.Invoke(ctx, fmt.Appendf(nil, timer, "stuck"))
	}()
	untilLogged(t, p, "run began")
	cancel()
	<-done
	code := p.Stop()
	if code != 1 || !strings.Contains(p.Output(), "stop within 300ms: requests or runs are still in flight") {
		t.Errorf("exit code = %d, want 1 and why:\n%s", code, p.Output())
	}
	if strings.Contains(p.Output(), `"message":"closed"`) {
		t.Errorf("what a run still uses was closed:\n%s", p.Output())
	}
}

// untilLogged waits until the process has printed text.
func untilLogged(t *testing.T, p interface{ Output() string }, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !strings.Contains(p.Output(), text) {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("the process never printed %q:\n%s", text, p.Output())
		}
	}
}
