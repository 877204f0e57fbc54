package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
)

// groups are bounded, and none is lost: what has no group of its own is with the
// rest of its country, however many prefixes another country has.
func groups(t *testing.T, b *book) {
	t.Helper()
	at := b.past()
	var events []window.Event
	for i := range window.MaxOpenGroups + 500 {
		e := requested(strconv.Itoa(i), at)
		e.Prefix = fmt.Sprintf("+65%04d", i)
		events = append(events, e)
	}
	last := len(events) - 1
	for i := range 3 { // of a country that comes when there is no room
		e := requested(fmt.Sprint("MY", i), at)
		e.Country, e.Prefix = "MY", fmt.Sprint("+6012", i)
		events = append(events, e)
	}
	events = append(events, verified("MY1", at))
	for i := range 10 { // of one group that is there, and of some that have no room
		for _, of := range []int{7, last - i} {
			e := events[of]
			e.ID += fmt.Sprint("-again-", i)
			events = append(events, e, verified(e.ID, at))
		}
	}
	for begin := 0; begin < len(events); begin += 1000 {
		if _, err := b.Add(t.Context(), events[begin:min(begin+1000, len(events))]); err != nil {
			t.Fatal(err)
		}
	}
	check := func(w window.Window) {
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
	check(b.one(t))
	b.afterGrace()
	b.close(t, 1)
	check(b.one(t))
}

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

// marks are kept, move a window between the lists, and a report is final.
func marks(t *testing.T, b *book) {
	t.Helper()
	at := b.past()
	b.add(t, "ac", requested("a", at))
	open := b.one(t)
	open.Status = window.Reported
	if err := b.Mark(t.Context(), open); !errors.Is(err, ledger.ErrNotClosed) {
		t.Errorf("Mark of a window that is not closed = %v, want ErrNotClosed", err)
	}
	unknown := window.Window{Start: at.Add(-24 * time.Hour), End: at, Status: window.Dead}
	if err := b.Mark(t.Context(), unknown); !errors.Is(err, ledger.ErrNotClosed) {
		t.Errorf("Mark of an unknown window = %v, want ErrNotClosed", err)
	}
	b.afterGrace()
	b.close(t, 1)
	for _, status := range []window.Status{window.Dead, window.Waiting, window.Dead, window.Reported, window.Dead, window.Reported} {
		w := b.one(t)
		final := w.Status == window.Reported
		w.Status, w.ReportTime, w.RequestID = status, w.End, "id-"+string(status)
		if err := b.Mark(t.Context(), w); err != nil {
			t.Fatalf("Mark as %s = %v", status, err)
		}
		if final {
			w.Status, w.RequestID = window.Reported, "id-reported"
		}
		if diff := cmp.Diff(w, b.one(t)); diff != "" {
			t.Errorf("after Mark as %s (-want +got):\n%s", status, diff)
		}
		for _, list := range []window.Status{window.Waiting, window.Dead} {
			found, err := b.Oldest(t.Context(), list, 10)
			if err != nil || (len(found) == 1) != (w.Status == list) {
				t.Errorf("the list of %s after Mark as %s = %v, %v", list, status, found, err)
			}
		}
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

func badCalls(t *testing.T, b *book) {
	t.Helper()
	now := b.engine.Now()
	for _, bad := range []window.Event{
		{Kind: window.OTPRequested, Time: now},
		{ID: "b", Time: now},
		{Kind: 9, ID: "b", Time: now},
		{Kind: 1, ID: "b", Time: now, Country: "S/"},
		{Kind: 1, ID: "b", Time: now, Prefix: strings.Repeat("1", 30)},
	} {
		if _, err := b.Add(t.Context(), []window.Event{requested("a", now), bad}); err == nil {
			t.Errorf("Add of %+v = nil, want an error", bad)
		}
	}
	if all := b.all(t); len(all) != 0 {
		t.Errorf("Windows after batches with an error = %v, want none", all)
	}
	if _, err := b.Oldest(t.Context(), window.Open, 1); err == nil {
		t.Error("Oldest of open windows = nil, want an error")
	}
	if _, err := b.Oldest(t.Context(), window.Waiting, 0); err == nil {
		t.Error("Oldest of no windows = nil, want an error")
	}
	if err := b.Mark(t.Context(), window.Window{Status: "sent"}); err == nil {
		t.Error("Mark with an unknown status = nil, want an error")
	}
}

func cancelled(t *testing.T, b *book) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Add(ctx, []window.Event{requested("a", b.engine.Now())}); !errors.Is(err, context.Canceled) {
		t.Errorf("Add that was cancelled = %v, want context.Canceled", err)
	}
	if all := b.all(t); len(all) != 0 {
		t.Errorf("Windows after a batch that was cancelled = %v, want none", all)
	}
}
