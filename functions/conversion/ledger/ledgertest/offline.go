package ledgertest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/window"
)

// compare compares all windows, and each outcome.
func (b *book) compare(t *testing.T, log []Arrival) {
	t.Helper()
	outcomes, windows := Offline(log, b.engine.Grace)
	for i, a := range log {
		if a.Outcome != outcomes[i] {
			t.Errorf("event %d of %d, %+v at %v: %v, want %v", i, len(log), a.Event, a.At, a.Outcome, outcomes[i])
		}
	}
	got := b.all(t)
	for i := range got { // what is not worked out
		got[i].Status, got[i].Closes = "", time.Time{}
	}
	if diff := gocmp.Diff(windows, got); diff != "" {
		t.Errorf("the windows (-offline +counted):\n%.4000s", diff)
	}
}

// computation works out from a whole log what is counted, OTP by OTP and window by
// window, with none of the code that counts.
type computation struct {
	log   []Arrival
	grace time.Duration

	otps     map[string]*arrivals
	requests map[int64][]int // of each window, by its start

	outcomes []window.Outcome
	windows  []window.Window
}

// arrivals of an OTP, as indices of the log, -1 for none.
type arrivals struct {
	requested, verified int
	duplicates          []int
}

// Offline works out what becomes of each arrival and what its windows of 5 minutes
// count in the end, the oldest first. It does not say when they close.
func Offline(log []Arrival, grace time.Duration) (outcomes []window.Outcome, windows []window.Window) {
	c := &computation{
		log: log, grace: grace, otps: make(map[string]*arrivals), requests: make(map[int64][]int), outcomes: make([]window.Outcome, len(log)),
	}
	for i, a := range log {
		if a.Event.ID != "" {
			c.outcomes[i] = c.sort(i, a)
		}
	}
	for start, requests := range c.requests {
		c.windows = append(c.windows, c.window(start, requests))
	}
	slices.SortFunc(c.windows, func(a, b window.Window) int { return cmp.Compare(a.Start.Unix(), b.Start.Unix()) })
	return c.outcomes, c.windows
}

// sort notes an event by its OTP and window. It is accepted until its window says
// otherwise.
func (c *computation) sort(i int, a Arrival) window.Outcome {
	of := c.otps[a.Event.ID]
	if of == nil {
		of = &arrivals{requested: -1, verified: -1}
		c.otps[a.Event.ID] = of
	}
	first := &of.requested
	if a.Event.Kind == window.OTPVerified {
		first = &of.verified
	}
	age := a.At.Sub(a.Event.Time)
	switch {
	case *first >= 0:
		of.duplicates = append(of.duplicates, i)
		return window.Duplicate
	case age < -5*time.Minute:
		return window.Ahead
	case age > 24*time.Hour:
		return window.Old
	}
	*first = i
	if a.Event.Kind == window.OTPRequested {
		start := a.Event.Time.Unix() / 300 * 300
		c.requests[start] = append(c.requests[start], i)
	}
	return window.Accepted
}

// inTime tells which arrivals count in a window: those that come neither after its
// grace nor after it was closed.
func (c *computation) inTime(end time.Time, first int) func(i int) bool {
	closes := end
	if c.log[first].At.After(closes) {
		closes = c.log[first].At
	}
	closes = closes.Add(c.grace)
	closed := len(c.log)
	for i, a := range c.log[first:] {
		if a.Event.ID == "" && a.At.After(closes) {
			closed = first + i
			break
		}
	}
	return func(i int) bool { return i < closed && !c.log[i].At.After(closes) }
}

func (c *computation) window(start int64, requests []int) window.Window {
	w := window.Window{Start: time.Unix(start, 0).UTC(), End: time.Unix(start+300, 0).UTC()}
	inTime := c.inTime(w.End, requests[0])
	for _, i := range requests {
		event := c.log[i].Event
		of := c.otps[event.ID]
		for _, again := range of.duplicates {
			if again > i { // before, its window was not known
				w.Duplicate++
			}
		}
		counts := window.Counts{Requested: 1}
		if of.verified >= 0 && inTime(i) && (of.verified < i || inTime(of.verified)) {
			counts.Verified = 1
		} else if of.verified >= 0 {
			w.Late++
			if of.verified > i {
				c.outcomes[of.verified] = window.Late
			}
		}
		w.Verified += counts.Verified
		if !inTime(i) {
			w.Late++
			c.outcomes[i] = window.Late
			continue
		}
		w.Requested++
		w.By = append(w.By, window.Group{Key: window.Key{Country: event.Country, Prefix: event.Prefix}, Counts: counts})
	}
	w.By = window.Merge(w.By)
	return w
}
