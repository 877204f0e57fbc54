package servetest

import (
	"context"
	"net/http"
	"syscall"
	"testing"
	"time"
)

// HTTP is a process that is a plain HTTP server.
type HTTP struct {
	// URL is where it listens, without a slash at the end.
	URL string

	child *process
}

// StartHTTP starts binary with just the variables of env and a HOST and PORT on
// the loopback interface. It waits until GET /healthz is answered, whatever
// the answer, and otherwise does as [StartFC].
func StartHTTP(tb testing.TB, binary string, env ...string) *HTTP {
	tb.Helper()
	return StartCommand(tb, binary, nil, env...)
}

// StartCommand is [StartHTTP] for an executable that takes arguments.
func StartCommand(tb testing.TB, binary string, args []string, env ...string) *HTTP {
	tb.Helper()
	port := FreePort(tb)
	child := startProcess(tb, append([]string{binary}, args...), env, "HOST=127.0.0.1", "PORT="+port)
	h := &HTTP{URL: "http://127.0.0.1:" + port, child: child}
	ready := make(chan struct{})
	ctx, cancel := context.WithCancel(tb.Context())
	defer cancel()
	go func() {
		if untilAnswered(ctx, h.URL+"/healthz") {
			close(ready)
		}
	}()
	child.await(ready, "answer GET /healthz")
	return h
}

// Stop asks the process to end, as the platforms do with SIGTERM, waits for it
// and returns its exit code.
func (h *HTTP) Stop() int {
	h.child.tb.Helper()
	return h.child.stop(syscall.SIGTERM)
}

// Output returns what the process has printed so far, to stdout and stderr.
func (h *HTTP) Output() string { return h.child.output() }

// untilAnswered asks until there is an answer or ctx ends.
func untilAnswered(ctx context.Context, url string) bool {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		if answered(ctx, client, url) {
			return true
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return false
		}
	}
}

func answered(ctx context.Context, client *http.Client, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil
}

// Kill ends the process at once, as a crash does.
func (h *HTTP) Kill() {
	h.child.tb.Helper()
	h.child.stop(syscall.SIGKILL)
}

// PID returns the number of the process.
func (h *HTTP) PID() int { return h.child.cmd.Process.Pid }
