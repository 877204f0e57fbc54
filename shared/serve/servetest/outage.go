package servetest

import (
	"net/http"
	"sync"
)

// outage is a time in which the runtime API gives out no events.
type outage struct {
	mu    sync.Mutex
	began chan struct{} // Closed for as long as it lasts.
}

// beginning returns what is closed when the outage begins.
func (o *outage) beginning() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.began
}

func unavailable(w http.ResponseWriter) {
	http.Error(w, "no events in an outage", http.StatusInternalServerError)
}

// BeginOutage has every call for the next event answered with 500, the one that
// is held among them, until EndOutage. It is called once before that.
func (i *Instance) BeginOutage() {
	o := &i.api.outage
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.began)
}

// EndOutage ends what BeginOutage began.
func (i *Instance) EndOutage() {
	o := &i.api.outage
	o.mu.Lock()
	defer o.mu.Unlock()
	o.began = make(chan struct{})
}

// Polls returns how often the process has asked for an event.
func (i *Instance) Polls() int { return int(i.api.polls.Load()) }
