package ledgertest

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"signalbox/functions/conversion/window"
)

// groups are bounded, and none is lost: what has no group of its own is with the
// rest of its country, however many prefixes another country has.
func groups(t *testing.T, b *book) {
	t.Helper()
	events := tooManyGroups(b.past())
	for begin := 0; begin < len(events); begin += 1000 {
		if _, err := b.Add(t.Context(), events[begin:min(begin+1000, len(events))]); err != nil {
			t.Fatal(err)
		}
	}
	wantGroups(t, b.one(t))
	b.afterGrace()
	b.close(t, 1)
	wantGroups(t, b.one(t))
}

// tooManyGroups are requests of 500 more groups than one window has room for, then of a
// country for which there is none, and in the end again, with their verifications, of the
// group +650007 and of some that have no room.
func tooManyGroups(at time.Time) []window.Event {
	var events []window.Event
	for i := range window.MaxOpenGroups + 500 {
		events = append(events, requestedOf(strconv.Itoa(i), at, "SG", fmt.Sprintf("+65%04d", i)))
	}
	last := len(events) - 1
	for i := range 3 {
		events = append(events, requestedOf(fmt.Sprint("MY", i), at, "MY", fmt.Sprint("+6012", i)))
	}
	events = append(events, verified("MY1", at))
	for i := range 10 {
		for _, of := range []int{7, last - i} {
			e := events[of]
			e.ID += fmt.Sprint("-again-", i)
			events = append(events, e, verified(e.ID, at))
		}
	}
	return events
}

func requestedOf(id string, at time.Time, country, prefix string) window.Event {
	e := requested(id, at)
	e.Country, e.Prefix = country, prefix
	return e
}

// wantGroups compares the groups of a window with what tooManyGroups come to.
func wantGroups(t *testing.T, w window.Window) {
	t.Helper()
	var sum window.Counts
	for _, g := range w.By {
		sum = sum.Add(g.Counts)
	}
	if len(w.By) != window.MaxGroups+2 || sum != (window.Counts{Requested: w.Requested, Verified: 21}) {
		t.Fatalf("%d groups of %+v in all, want %d and the rest of two countries, of %d", len(w.By), sum, window.MaxGroups, w.Requested)
	}
	rest := w.By[window.MaxGroups:]
	if want := (window.Key{Country: "SG", Rest: true}); rest[0].Key != want {
		t.Errorf("the larger rest is of %+v, want %+v", rest[0].Key, want)
	}
	want := window.Group{Key: window.Key{Country: "MY", Rest: true}, Counts: window.Counts{Requested: 3, Verified: 1}}
	if rest[1] != want {
		t.Errorf("the smaller rest is %+v, want %+v", rest[1], want)
	}
	if w.By[0].Prefix != "+650007" || w.By[0].Counts != (window.Counts{Requested: 11, Verified: 10}) {
		t.Errorf("the largest group is %+v, want 11 and 10 of +650007", w.By[0])
	}
}
