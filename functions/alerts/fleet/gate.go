package fleet

import (
	"sync"

	"signalbox/shared/aliyun"
)

const (
	// deniedInARow and failedInARow are after how many lookups in a row that were
	// denied, or failed, no more are made.
	deniedInARow, failedInARow = 5, 25
	// probeEvery is how many of those that are due then go by until one is made all
	// the same, to see whether lookups are answered again.
	probeEvery = 100
)

// gate keeps lookups that would only fail from using up quota and time. It is safe
// for concurrent use.
type gate struct {
	mu      sync.Mutex
	failed  int // in a row
	skipped int // since the last one that was answered
	last    error
}

// allow returns the error of the last lookup where the next is not to be made.
func (g *gate) allow() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	limit := failedInARow
	if denied(g.last) {
		limit = deniedInARow
	}
	if g.failed < limit {
		return nil
	}
	if g.skipped++; g.skipped%probeEvery == 0 {
		return nil
	}
	return g.last
}

// failing reports whether the last lookup failed.
func (g *gate) failing() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.last != nil
}

// learn takes note of how a lookup went. An answer that there is no such card is
// an answer.
func (g *gate) learn(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err == nil || kindOf(err) == aliyun.NotFound {
		g.failed, g.skipped, g.last = 0, 0, nil
		return
	}
	g.failed, g.last = g.failed+1, err
}
