package serve

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

const (
	firstPause   = 10 * time.Millisecond
	longestPause = 200 * time.Millisecond
)

// pacedTransport makes the calls for the next event wait where the one before
// failed, longer each time up to longestPause: FC's library asks again at once,
// and with its runtime API down would take a processor and write thousands of
// log lines a second. Every other request passes as it is.
type pacedTransport struct {
	http.RoundTripper

	failed atomic.Int64 // calls in a row
}

// RoundTrip makes one request.
func (t *pacedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/runtime/invocation/next") {
		return t.RoundTripper.RoundTrip(r)
	}
	if err := t.pause(r.Context()); err != nil {
		return nil, err
	}
	answer, err := t.RoundTripper.RoundTrip(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.failed.Add(1)
		return answer, err
	}
	answer.Body = &watchedBody{ReadCloser: answer.Body, failed: &t.failed}
	return answer, nil
}

func (t *pacedTransport) pause(ctx context.Context) error {
	failed := t.failed.Load()
	if failed == 0 {
		return nil
	}
	timer := time.NewTimer(min(firstPause<<min(failed-1, 10), longestPause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watchedBody is an event's: only one that arrives whole ends the failures.
type watchedBody struct {
	io.ReadCloser

	failed *atomic.Int64
}

// Read reads the event.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		b.failed.Store(0)
	case err != nil:
		b.failed.Add(1)
	}
	return n, err
}
