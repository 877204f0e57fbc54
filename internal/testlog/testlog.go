// Package testlog keeps what is logged, for a test to read.
package testlog

import (
	"strings"
	"sync"
)

// Buffer has all that was written to it. The zero value is empty. It is safe for concurrent
// use, so that functions and processes that run at once may log to one.
type Buffer struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write adds p. It never fails.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String returns what was written up to now.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
