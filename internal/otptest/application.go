// Package otptest is an application that sends OTP events and reports to conversions
// as they are deployed, over HTTP, while they are killed. It repeats what is not
// answered, and works out from the answers alone what Alibaba has to be told.
package otptest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/shared/serve/servetest"
)

// token is shown for every request.
const token = "token-of-the-application"

// application is what the goroutines that send have in common.
type application struct {
	t         *testing.T
	client    *http.Client
	instances []atomic.Pointer[servetest.HTTP] // nil: it was killed
	answered  atomic.Int64                     // requests that were
	world     *world
	windows   *tally
	reports   *book
}

func newApplication(t *testing.T, w *world, instances int) *application {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	return &application{
		t: t, client: &http.Client{Transport: transport, Timeout: 30 * time.Second},
		instances: make([]atomic.Pointer[servetest.HTTP], instances),
		world:     w, windows: newTally(), reports: newBook(),
	}
}

// answer is what an instance has said. One without a status was not answered.
type answer struct {
	status int
	body   []byte
	// repeated says that it was sent before without being answered, so that it may
	// have been taken twice.
	repeated bool
	at       time.Time
}

// unanswered is a request that has to be sent again.
func (a answer) unanswered() bool {
	return a.status == 0 || a.status >= 500 || a.status == http.StatusTooManyRequests
}

// untilAnswered sends a request until an instance answers it, each time to another
// one if there is any, or until ctx ends.
func (a *application) untilAnswered(ctx context.Context, first int, path, body string, header ...string) answer {
	for n := first; ; n++ {
		got := a.send(ctx, n%len(a.instances), http.MethodPost, path, body, header...)
		got.repeated = n > first
		if !got.unanswered() {
			a.answered.Add(1)
			return got
		}
		if ctx.Err() != nil {
			return got
		}
		pause(ctx, time.Millisecond)
	}
}

// send sends a request once. The header is pairs of a name and a value.
func (a *application) send(ctx context.Context, instance int, method, path, body string, header ...string) (got answer) {
	to := a.instances[instance].Load()
	if to == nil {
		return answer{}
	}
	r, err := http.NewRequestWithContext(ctx, method, to.URL+path, bytes.NewReader([]byte(body)))
	if err != nil {
		a.t.Error(err)
		return answer{}
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := a.client.Do(r)
	if err != nil {
		return answer{}
	}
	defer resp.Body.Close()
	got.body, err = io.ReadAll(resp.Body)
	if err != nil {
		return answer{} // the instance died in the middle of it
	}
	got.status, got.at = resp.StatusCode, time.Now()
	return got
}

// awaitMore waits until so many more requests were answered, or for 5 s.
func (a *application) awaitMore(requests int64) {
	for before, began := a.answered.Load(), time.Now(); a.answered.Load() < before+requests && time.Since(began) < 5*time.Second; {
		pause(a.t.Context(), time.Millisecond)
	}
}

// pause waits: what it waits for happens in another process.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
