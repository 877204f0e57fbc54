package servetest_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/shared/serve/servetest"
)

const bootstrap = "signalbox/shared/serve/internal/sample/bootstrap"

func get(path string) []byte {
	return fmt.Appendf(nil, `{"version":"2.0","rawPath":%q,"requestContext":{"http":{"method":"GET"}}}`, path)
}

// TestOneEventAtATime needs the fake for it: FC's library asks for the next
// event while it works on the last.
func TestOneEventAtATime(t *testing.T) {
	t.Parallel()
	p := servetest.StartFC(t, servetest.Build(t, bootstrap))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got := p.Invoke(t.Context(), get("/crowd"))
			var answer struct{ Body string }
			if err := json.Unmarshal(got.Payload, &answer); err != nil || answer.Body != "1\n" {
				t.Errorf("Invoke = %s, %v, want a crowd of 1", got.Payload, got.Err)
			}
		})
	}
	wg.Wait()
}

func TestTimedOut(t *testing.T) {
	t.Parallel()
	p := servetest.StartLambda(t, servetest.Build(t, bootstrap))
	got := p.Do(t.Context(), servetest.Invocation{Event: get("/wait"), Deadline: time.Now()})
	if got.Err == nil || got.Err.Type != "servetest.TimedOut" {
		t.Errorf("Do past its deadline = %s, %v, want TimedOut", got.Payload, got.Err)
	}
}

// failing is a test that records why it failed.
type failing struct {
	testing.TB

	reason string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.reason = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestStartFailsWithTheOutput(t *testing.T) {
	t.Parallel()
	binary := servetest.Build(t, bootstrap)
	starts := map[string]func(testing.TB){
		"fc":     func(tb testing.TB) { tb.Helper(); servetest.StartFC(tb, binary, "SAMPLE=broken") },
		"lambda": func(tb testing.TB) { tb.Helper(); servetest.StartLambda(tb, binary, "SAMPLE=broken") },
		"http":   func(tb testing.TB) { tb.Helper(); servetest.StartHTTP(tb, binary, "SAMPLE=broken") },
	}
	for name, start := range starts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &failing{TB: t}
			var wg sync.WaitGroup
			wg.Go(func() { start(f) })
			wg.Wait()
			if !strings.Contains(f.reason, "exit status 1") || !strings.Contains(f.reason, "SAMPLE_TWO: not a number") {
				t.Errorf("failed with %q, want the status and the output", f.reason)
			}
		})
	}
}
