package ledgertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/window"
)

// closing happens after the grace, in the order of time, and once.
func closing(t *testing.T, b *book) {
	t.Helper()
	at := b.past()
	b.add(t, "ac ac ac ac", requested("b", at), requested("a", at.Add(-length)), verified("a", at), requested("now", b.engine.Now()))
	b.close(t, 0)
	b.afterGrace()
	b.close(t, 2)
	b.close(t, 0)
	found, err := b.Oldest(t.Context(), window.Waiting, 10)
	if err != nil || len(found) != 2 || !found[0].End.Equal(found[1].Start) {
		t.Fatalf("Oldest = %+v, %v; want two, the older first", found, err)
	}
	if n, err := b.Waiting(t.Context()); n != 2 || err != nil {
		t.Errorf("Waiting = %d, %v; want 2", n, err)
	}
	wantCounts(t, found[0], "1 1 0 0")
	wantCounts(t, found[1], "1 0 0 0")
	first, err := b.Oldest(t.Context(), window.Waiting, 1)
	if diff := cmp.Diff(found[:1], first); diff != "" || err != nil {
		t.Errorf("Oldest, at most one = %v (-want +got):\n%s", err, diff)
	}
}

// many windows of many groups are closed and listed in several transactions.
func many(t *testing.T, b *book) {
	t.Helper()
	const windows = 230
	at := b.past()
	var events []window.Event
	for i := range windows {
		for j := range 5 {
			e := requested(fmt.Sprint(i, "/", j), at.Add(-time.Duration(i)*length))
			e.Prefix = fmt.Sprint("+659", i, j)
			events = append(events, e)
		}
	}
	if _, err := b.Add(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	b.afterGrace()
	b.close(t, windows)
	all := b.all(t)
	for i, w := range all {
		wantCounts(t, w, "5 0 0 0")
		if want := at.Truncate(length).Add(-time.Duration(windows-1-i) * length); !w.Start.Equal(want) || len(w.By) != 5 {
			t.Errorf("window %d is of %v with %d groups, want %v and 5", i, w.Start, len(w.By), want)
		}
	}
	found, err := b.Oldest(t.Context(), window.Waiting, windows)
	if err != nil || len(all) != windows || len(found) != windows {
		t.Errorf("%d windows, and %d that wait, %v; want %d", len(all), len(found), err, windows)
	}
}

// hours are filled by windows that have closed, and not by what is late.
func hours(t *testing.T, b *book) {
	t.Helper()
	at := b.past().Truncate(time.Hour)
	b.add(t, "ac ac ac ac", requested("a", at), requested("b", at.Add(length)), verified("b", at), requested("c", at.Add(-length)))
	if sum := b.hourly(t); sum != (window.Counts{}) {
		t.Errorf("the hours of open windows have %+v, want nothing", sum)
	}
	b.afterGrace()
	b.close(t, 3)
	b.add(t, "la", verified("a", at))
	key := window.Key{Country: "SG", Prefix: "+659123"}
	want := []window.Hour{
		{Start: at.Add(-time.Hour).UTC(), By: []window.Group{{Key: key, Counts: window.Counts{Requested: 1}}}},
		{Start: at.UTC(), By: []window.Group{{Key: key, Counts: window.Counts{Requested: 2, Verified: 1}}}},
	}
	got, err := b.Hours(t.Context(), at.Add(-time.Hour), at.Add(time.Hour))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Hours = %v (-want +got):\n%s", err, diff)
	}
	if got, err := b.Hours(t.Context(), at.Add(-time.Minute), at); err != nil || len(got) != 0 {
		t.Errorf("Hours that begin within the minute before = %v, %v; want none", got, err)
	}
}

// hourly adds all hours up.
func (b *book) hourly(t *testing.T) (sum window.Counts) {
	t.Helper()
	hours, err := b.Hours(t.Context(), b.engine.Now().Add(-48*time.Hour), b.engine.Now())
	if err != nil {
		t.Fatalf("Hours = %v", err)
	}
	for _, hour := range hours {
		for _, g := range hour.By {
			sum = sum.Add(g.Counts)
		}
	}
	return sum
}
