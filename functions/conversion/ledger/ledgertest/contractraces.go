package ledgertest

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/functions/conversion/window"
)

// racingClosers close each window once.
func racingClosers(t *testing.T, b *book) {
	t.Helper()
	const windows = 30
	at := b.past()
	for i := range windows {
		b.add(t, "ac", requested(strconv.Itoa(i), at.Add(-time.Duration(i)*length)))
	}
	b.afterGrace()
	var closed atomic.Int64
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			n, err := b.CloseDue(t.Context())
			if err != nil {
				t.Errorf("CloseDue = %v", err)
			}
			closed.Add(int64(n))
		})
	}
	all.Wait()
	if closed.Load() != windows {
		t.Errorf("%d windows were closed, want %d", closed.Load(), windows)
	}
	if sum := b.hourly(t); sum != (window.Counts{Requested: windows}) {
		t.Errorf("the hours have %+v, want %d requested", sum, windows)
	}
}

// racingAdders deliver the same events, of which each counts once.
func racingAdders(t *testing.T, b *book) {
	t.Helper()
	const adders, batches, size = 6, 5, 20
	at := b.past()
	var accepted, other atomic.Int64
	var all sync.WaitGroup
	for range adders {
		all.Go(func() {
			for batch := range batches {
				var events []window.Event
				for i := range size {
					id := fmt.Sprint(batch, i)
					events = append(events, requested(id, at), verified(id, at))
				}
				outcomes, err := b.Add(t.Context(), events)
				if err != nil {
					t.Errorf("Add = %v", err)
				}
				for _, o := range outcomes {
					if o == window.Accepted {
						accepted.Add(1)
					} else {
						other.Add(1)
					}
				}
			}
		})
	}
	all.Wait()
	if accepted.Load() != 2*batches*size || other.Load() != 2*batches*size*(adders-1) {
		t.Errorf("%d accepted and %d not, want %d and the rest", accepted.Load(), other.Load(), 2*batches*size)
	}
	wantCounts(t, b.one(t), fmt.Sprint(batches*size, batches*size, 0, 2*batches*size*(adders-1)))
}
