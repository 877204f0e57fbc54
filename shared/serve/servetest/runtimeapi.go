package servetest

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const defaultTimeout = 10 * time.Second

// runtimeAPI is the fake of either platform's runtime API.
type runtimeAPI struct {
	protocol

	server *httptest.Server
	queue  chan *pending
	slot   chan struct{} // Holds one token while the instance is busy.
	polled chan struct{} // Closed by the first call for an event.
	once   sync.Once
	polls  atomic.Int64 // Calls for an event.
	outage outage
	// extended is set once the process has registered an extension.
	extended atomic.Bool

	mu  sync.Mutex
	out map[string]*pending // Given out and not answered, by request id.
}

// pending is an invocation that waits for its result.
type pending struct {
	Invocation

	result chan Result // Has room for the one result, so nobody waits to send it.
}

func startRuntimeAPI(tb testing.TB, p protocol) *runtimeAPI {
	tb.Helper()
	a := &runtimeAPI{
		protocol: p,
		queue:    make(chan *pending),
		slot:     make(chan struct{}, 1),
		polled:   make(chan struct{}),
		out:      map[string]*pending{},
		outage:   outage{began: make(chan struct{})},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+p.prefix+"next", a.serveNext)
	mux.HandleFunc("POST "+p.prefix+"{id}/response", a.serveResponse)
	mux.HandleFunc("POST "+p.prefix+"{id}/error", a.serveError)
	mux.HandleFunc("POST /2020-01-01/extension/register", a.serveRegister)
	mux.HandleFunc("GET /2020-01-01/extension/event/next", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	a.server = httptest.NewServer(mux)
	tb.Cleanup(a.server.Close)
	return a
}

func (a *runtimeAPI) address() string { return a.server.Listener.Addr().String() }

// serveRegister takes an extension that wants no events.
//
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
func (a *runtimeAPI) serveRegister(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Lambda-Extension-Name") == "" {
		http.Error(w, "an extension has a name", http.StatusForbidden)
		return
	}
	a.extended.Store(true)
	w.Header().Set("Lambda-Extension-Identifier", rand.Text())
}

// stopSignal is how the platform ends the process.
func (a *runtimeAPI) stopSignal() os.Signal {
	if a.kills && !a.extended.Load() {
		return syscall.SIGKILL
	}
	return syscall.SIGTERM
}

// serveNext holds the call while the instance is busy or there is no event:
// the libraries would ask again at once, without end.
func (a *runtimeAPI) serveNext(w http.ResponseWriter, r *http.Request) {
	a.polls.Add(1)
	a.once.Do(func() { close(a.polled) })
	outage := a.outage.beginning()
	select {
	case <-outage:
		unavailable(w)
		return
	default:
	}
	select {
	case a.slot <- struct{}{}:
	case <-outage:
		unavailable(w)
		return
	case <-r.Context().Done():
		return
	}
	select {
	case p := <-a.queue:
		a.mu.Lock()
		a.out[p.RequestID] = p
		a.mu.Unlock()
		a.headers(p.Invocation, w.Header())
		_, _ = w.Write(p.Event) // Do learns otherwise of a process that has ended.
	case <-outage:
		<-a.slot
		unavailable(w)
	case <-r.Context().Done():
		<-a.slot
	}
}

func (a *runtimeAPI) serveResponse(w http.ResponseWriter, r *http.Request) {
	a.finish(w, r, func([]byte) *InvokeError { return nil })
}

func (a *runtimeAPI) serveError(w http.ResponseWriter, r *http.Request) {
	a.finish(w, r, func(body []byte) *InvokeError {
		var e InvokeError
		if json.Unmarshal(body, &e) != nil {
			e.Type = "servetest.NotJSON"
		}
		return &e
	})
}

func (a *runtimeAPI) finish(w http.ResponseWriter, r *http.Request, failure func(body []byte) *InvokeError) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "body cut off", http.StatusBadRequest)
		return
	}
	id := r.PathValue("id")
	a.mu.Lock()
	p, known := a.out[id]
	delete(a.out, id)
	a.mu.Unlock()
	if !known {
		http.Error(w, "unknown request id", http.StatusBadRequest)
		return
	}
	p.result <- Result{RequestID: id, Payload: body, Err: failure(body)}
	<-a.slot
	w.WriteHeader(a.accepted)
}

// do waits for a free instance and then for the result.
func (a *runtimeAPI) do(ctx context.Context, child *process, i Invocation) Result {
	child.tb.Helper()
	i.RequestID = cmp.Or(i.RequestID, rand.Text())
	if i.Deadline.IsZero() {
		i.Deadline = time.Now().Add(defaultTimeout)
	}
	ctx, cancel := context.WithDeadline(ctx, i.Deadline)
	defer cancel()

	p := &pending{Invocation: i, result: make(chan Result, 1)}
	queue := a.queue
	for {
		select {
		case queue <- p:
			queue = nil // It has been taken: now only the result is missing.
		case result := <-p.result:
			return result
		case <-child.exited:
			if len(p.result) > 0 {
				continue // It has answered before.
			}
			child.tb.Errorf("%s ended during an invocation:\n%s", child.name, child.output())
			return lost(i, "servetest.ProcessExited", "the process exited")
		case <-ctx.Done():
			return lost(i, "servetest.TimedOut", ctx.Err().Error())
		}
	}
}

func lost(i Invocation, kind, message string) Result {
	return Result{RequestID: i.RequestID, Err: &InvokeError{Type: kind, Message: message}}
}
