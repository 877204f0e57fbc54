package ledgertest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"signalbox/functions/conversion/window"
)

// Arrival is an event, when it came by the store's clock, and what became of it. Or,
// without an event, windows were closed then.
type Arrival struct {
	At      time.Time
	Event   window.Event
	Outcome window.Outcome
}

// Model delivers events at random, some of them again, late, out of order, in the
// past and in the future, with a clock that is set forth and back, and compares what
// is counted with what is worked out from all of them at once.
func Model(t *testing.T, seed uint64, steps int, open func(t *testing.T) Engine) {
	t.Helper()
	b := openBook(t, open(t))
	r := rand.New(rand.NewPCG(seed, 1))
	var log []Arrival
	for range steps {
		switch b.engine.Wait(time.Duration(r.IntN(90)) * time.Second); r.IntN(12) {
		case 0:
			b.engine.Wait(time.Duration(r.IntN(10)-4) * b.engine.Grace / 2) // the clock is set
		case 1, 2:
			log = append(log, b.closeAll(t))
		default:
			events := make([]window.Event, 1+r.IntN(30))
			for i := range events {
				events[i] = b.random(r, log)
			}
			log = append(log, b.deliver(t, events)...)
		}
	}
	b.compare(t, log)
	b.engine.Wait(2 * time.Hour)
	b.compare(t, append(log, b.closeAll(t)))
}

// closeAll closes what is due.
func (b *book) closeAll(t *testing.T) Arrival {
	t.Helper()
	at := b.engine.Now()
	if _, err := b.CloseDue(t.Context()); err != nil {
		t.Fatalf("CloseDue = %v", err)
	}
	return Arrival{At: at}
}

// Many delivers n events in batches of 500 within three hours, of which 1 % have come
// before, 5 % are late and 2 % overtake what they belong to, and compares as [Model]
// does.
func Many(t *testing.T, n int, open func(t *testing.T) Engine) {
	t.Helper()
	const size = 500
	b := openBook(t, open(t))
	r := rand.New(rand.NewPCG(2, 3))
	var log []Arrival
	var events, delayed []window.Event
	for otp := 0; len(log) < n; otp++ {
		id := fmt.Sprint("otp-", otp)
		pair := []window.Event{requested(id, b.engine.Now()), verified(id, b.engine.Now())}
		pair[0].Prefix = fmt.Sprint("+659", r.IntN(200))
		switch of := r.IntN(100); {
		case of < 10: // the request, or both, come when their window has closed
			pair[0].Time = b.engine.Now().Add(-time.Hour)
		case of < 14:
			slices.Reverse(pair)
		case of < 34: // not verified
			pair = pair[:1]
		case of < 60:
			delayed, pair = append(delayed, pair[1]), pair[:1]
		}
		events = append(events, pair...)
		if len(log) > 0 && r.IntN(50) == 0 {
			if again := log[r.IntN(len(log))].Event; again.ID != "" {
				events = append(events, again)
			}
		}
		if len(events) < size {
			continue
		}
		log = append(log, b.deliver(t, append(events, delayed[:len(delayed)/2]...))...)
		events, delayed = nil, slices.Clone(delayed[len(delayed)/2:])
		b.engine.Wait(3 * time.Hour * size / time.Duration(n))
		log = append(log, b.closeAll(t))
	}
	b.engine.Wait(2 * time.Hour)
	b.compare(t, append(log, b.closeAll(t)))
	outcomes := make(map[window.Outcome]int)
	for _, a := range log {
		outcomes[a.Outcome]++
	}
	if outcomes[window.Duplicate] < n/200 || outcomes[window.Late] < n/50 {
		t.Errorf("of %d events %v, want some of each", n, outcomes)
	}
	t.Logf("of %d events and closings: %v", len(log), outcomes)
}

// deliver adds a batch.
func (b *book) deliver(t *testing.T, events []window.Event) []Arrival {
	t.Helper()
	batch := make([]Arrival, len(events))
	for i, e := range events {
		batch[i] = Arrival{At: b.engine.Now(), Event: e}
	}
	outcomes, err := b.Add(t.Context(), events)
	if err != nil {
		t.Fatalf("Add = %v", err)
	}
	for i := range batch {
		batch[i].Outcome = outcomes[i]
	}
	return batch
}

func (b *book) random(r *rand.Rand, log []Arrival) window.Event {
	if len(log) > 0 && r.IntN(10) == 0 { // one that came before, maybe with another time
		if again := log[r.IntN(len(log))].Event; again.ID != "" {
			if r.IntN(2) == 0 {
				again.Time = b.engine.Now()
			}
			return again
		}
	}
	delays := []time.Duration{ // of its own time, in which most are zero
		0, 0, 0, 0, -time.Minute, -10 * time.Minute, -time.Hour, -2 * time.Hour, -24*time.Hour + time.Minute, -25 * time.Hour, 4 * time.Minute, 6 * time.Minute,
	}
	return window.Event{
		Kind: window.Kind(1 + r.IntN(2)), //nolint:gosec // 1 or 2
		ID:   strconv.Itoa(r.IntN(500)), Time: b.engine.Now().Add(delays[r.IntN(len(delays))]),
		Country: []string{"", "SG", "US"}[r.IntN(3)], Prefix: []string{"", "+65", "+1"}[r.IntN(3)],
	}
}
