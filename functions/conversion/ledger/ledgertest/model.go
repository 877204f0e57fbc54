package ledgertest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/window"
)

// arrival is an event, when it came and what became of it. Or, without an event,
// windows were closed then.
type arrival struct {
	at      time.Time
	event   window.Event
	outcome window.Outcome
}

// Model delivers events at random, some of them again, late, out of order, in the
// past and in the future, with a clock that is set forth and back, and compares what
// is counted with what Offline works out from all of them at once.
func Model(t *testing.T, seed uint64, steps int, open func(t *testing.T) Engine) {
	t.Helper()
	b := openBook(t, open(t))
	r := rand.New(rand.NewPCG(seed, 1))
	var log []arrival
	for range steps {
		switch b.engine.Wait(time.Duration(r.IntN(90)) * time.Second); r.IntN(12) {
		case 0:
			b.engine.Wait(time.Duration(r.IntN(10)-4) * b.engine.Grace / 2) // the clock is set
		case 1, 2:
			log = append(log, arrival{at: b.engine.Now()})
			if _, err := b.CloseDue(t.Context()); err != nil {
				t.Fatalf("CloseDue = %v", err)
			}
		default:
			log = append(log, b.deliver(t, r, log)...)
		}
	}
	b.compare(t, log)
	log = append(log, arrival{at: b.engine.Now().Add(2 * time.Hour)})
	b.engine.Wait(2 * time.Hour)
	if _, err := b.CloseDue(t.Context()); err != nil {
		t.Fatalf("CloseDue = %v", err)
	}
	b.compare(t, log)
}

// deliver adds a batch.
func (b *book) deliver(t *testing.T, r *rand.Rand, log []arrival) []arrival {
	t.Helper()
	batch := make([]arrival, 1+r.IntN(30))
	events := make([]window.Event, len(batch))
	for i := range batch {
		batch[i].at = b.engine.Now()
		batch[i].event = b.random(r, log)
		events[i] = batch[i].event
	}
	outcomes, err := b.Add(t.Context(), events)
	if err != nil {
		t.Fatalf("Add = %v", err)
	}
	for i := range batch {
		batch[i].outcome = outcomes[i]
	}
	return batch
}

func (b *book) random(r *rand.Rand, log []arrival) window.Event {
	if len(log) > 0 && r.IntN(10) == 0 { // one that came before, maybe with another time
		if again := log[r.IntN(len(log))].event; again.ID != "" {
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
		ID:   fmt.Sprint(r.IntN(500)), Time: b.engine.Now().Add(delays[r.IntN(len(delays))]),
		Country: []string{"", "SG", "US"}[r.IntN(3)], Prefix: []string{"", "+65", "+1"}[r.IntN(3)],
	}
}

// compare compares all windows, and each outcome.
func (b *book) compare(t *testing.T, log []arrival) {
	t.Helper()
	want, outcomes := Offline(log, b.engine.Grace)
	for i, a := range log {
		if a.outcome != outcomes[i] {
			t.Errorf("event %d of %d, %+v at %v: %v, want %v", i, len(log), a.event, a.at, a.outcome, outcomes[i])
		}
	}
	got := b.all(t)
	for i := range got { // what Offline does not work out
		got[i].Status, got[i].Closes = "", time.Time{}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("the windows (-offline +counted):\n%.4000s", diff)
	}
}

// Offline works out from a whole log what is counted, event kind by event kind and
// window by window, with none of the code that counts.
func Offline(log []arrival, grace time.Duration) ([]window.Window, []window.Outcome) {
	outcomes := make([]window.Outcome, len(log))
	type otp struct{ requested, verified int } // which arrival, from 1
	otps := make(map[string]*otp)
	byStart := make(map[int64][]int) // the requests of each window, by arrival
	duplicates := make(map[string][]int)
	for i, a := range log {
		if a.event.ID == "" {
			continue
		}
		o := otps[a.event.ID]
		if o == nil {
			o = new(otp)
			otps[a.event.ID] = o
		}
		first := &o.requested
		if a.event.Kind == window.OTPVerified {
			first = &o.verified
		}
		age := a.at.Sub(a.event.Time)
		switch {
		case *first > 0:
			outcomes[i] = window.Duplicate
			duplicates[a.event.ID] = append(duplicates[a.event.ID], i)
		case age < -5*time.Minute:
			outcomes[i] = window.Ahead
		case age > 24*time.Hour:
			outcomes[i] = window.Old
		default:
			*first = i + 1
			if a.event.Kind == window.OTPRequested {
				start := a.event.Time.Unix() / 300 * 300
				byStart[start] = append(byStart[start], i)
			}
		}
	}
	var windows []window.Window
	for start, requests := range byStart {
		w := window.Window{Start: time.Unix(start, 0).UTC(), End: time.Unix(start+300, 0).UTC()}
		closes := w.End
		if first := log[requests[0]].at; first.After(closes) {
			closes = first
		}
		closes = closes.Add(grace)
		closed := slices.IndexFunc(log[requests[0]:], func(a arrival) bool { return a.event.ID == "" && a.at.After(closes) })
		if closed += requests[0]; closed < requests[0] {
			closed = len(log)
		}
		inTime := func(i int) bool { return i < closed && !log[i].at.After(closes) }
		for _, i := range requests {
			event := log[i].event
			verified := otps[event.ID].verified - 1
			group := window.Group{Key: window.Key{Country: event.Country, Prefix: event.Prefix}, Counts: window.Counts{Requested: 1}}
			outcomes[i] = window.Late
			if inTime(i) {
				outcomes[i] = window.Accepted
				w.Requested++
			} else {
				w.Late++
			}
			if verified >= 0 {
				outcomes[verified] = window.Late
				counts := inTime(i) && (verified < i || inTime(verified))
				if verified < i || counts {
					outcomes[verified] = window.Accepted
				}
				if counts {
					w.Verified++
					group.Verified++
				} else {
					w.Late++
				}
			}
			if inTime(i) {
				w.By = append(w.By, group)
			}
			for _, again := range duplicates[event.ID] {
				if again > i { // the window was known
					w.Duplicate++
				}
			}
		}
		w.By = window.Merge(w.By)
		windows = append(windows, w)
	}
	for _, o := range otps { // those whose requests never came
		if o.requested == 0 && o.verified > 0 {
			outcomes[o.verified-1] = window.Accepted
		}
	}
	slices.SortFunc(windows, func(a, b window.Window) int { return cmp.Compare(a.Start.Unix(), b.Start.Unix()) })
	return windows, outcomes
}
