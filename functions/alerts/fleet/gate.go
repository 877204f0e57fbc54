package fleet

import (
	"sync"

	"signalbox/shared/aliyun"
)

const (
	// deniedInARow and failedInARow are how many lookups in a row must be denied,
	// or fail, to take the others for the same.
	deniedInARow, failedInARow = 5, 25
	// probeEvery is which of the others are made all the same, to see when that
	// is over.
	probeEvery = 100
)

// gate keeps lookups from burning quota and time that would only fail. It is safe
// for concurrent use.
type gate struct {
	mu      sync.Mutex
	failed  int // in a row
	skipped int
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
