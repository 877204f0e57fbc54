package serve

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// firstDelay is for the first wrong token; each further one takes as long
	// again, up to lastDelay.
	firstDelay = 100 * time.Millisecond
	lastDelay  = 2 * time.Second
	// maxGuessers is how many addresses are remembered for guessTime, and once
	// more for as long again.
	maxGuessers = 4096
	guessTime   = 10 * time.Minute
)

// guesses counts wrong tokens by address, in two tables of a bounded size: what is
// not seen again while one of them fills up, or gets old, is forgotten. It is safe
// for concurrent use.
type guesses struct {
	mu            sync.Mutex
	recent, older map[netip.Prefix]int
	since         time.Time
}

func newGuesses() *guesses { return &guesses{recent: make(map[netip.Prefix]int)} }

// add counts one more wrong token, and returns how many have come from client and how
// long the answer is to wait.
func (g *guesses) add(client netip.Prefix, now time.Time) (count int, delay time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.recent) >= maxGuessers || now.Sub(g.since).Abs() > guessTime {
		g.older, g.recent, g.since = g.recent, make(map[netip.Prefix]int), now
	}
	count = max(g.recent[client], g.older[client]) + 1
	g.recent[client] = count
	return count, min(firstDelay<<min(count-1, 10), lastDelay)
}
