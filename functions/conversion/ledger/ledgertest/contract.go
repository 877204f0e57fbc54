// Package ledgertest holds every engine of a ledger to one contract, and compares
// what it counts with a computation that has all events at once.
package ledgertest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/ledger"
	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

// Engine is an empty store, and its clock.
type Engine struct {
	Store store.Store
	Now   func() time.Time
	// Wait has the clock go on by d.
	Wait func(d time.Duration)
	// Grace is a window's that the test can wait for.
	Grace time.Duration
}

const length = 5 * time.Minute

// book is a ledger under test.
type book struct {
	*ledger.Ledger
	engine Engine
}

func openBook(t *testing.T, e Engine) *book {
	t.Helper()
	l, err := ledger.Open(e.Store, ledger.Config{Rules: window.Rules{Length: length, Grace: e.Grace}, Now: e.Now})
	if err != nil {
		t.Fatal(err)
	}
	return &book{l, e}
}

// Contract tests what callers rely on. open returns an engine that no other call of
// open has returned.
func Contract(t *testing.T, open func(t *testing.T) Engine) {
	t.Helper()
	tests := []struct {
		name string
		run  func(t *testing.T, b *book)
	}{
		{"new", isNew},
		{"counts", counts},
		{"duplicates", duplicates},
		{"overtaking", overtaking},
		{"late", late},
		{"refused", refused},
		{"backlog", backlog},
		{"groups", groups},
		{"closing", closing},
		{"many", many},
		{"racing closers", racingClosers},
		{"racing adders", racingAdders},
		{"marks", marks},
		{"hours", hours},
		{"bad calls", badCalls},
		{"cancelled", cancelled},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, openBook(t, open(t)))
		})
	}
}

func requested(id string, at time.Time) window.Event {
	return window.Event{Kind: window.OTPRequested, ID: id, Time: at, Country: "SG", Prefix: "+659123"}
}

func verified(id string, at time.Time) window.Event {
	return window.Event{Kind: window.OTPVerified, ID: id, Time: at}
}

// past is within a window that has ended, and closes a grace after its first event.
func (b *book) past() time.Time {
	return b.engine.Now().Add(-time.Hour).Truncate(length).Add(time.Minute)
}

// afterGrace has the windows of past be due.
func (b *book) afterGrace() { b.engine.Wait(b.engine.Grace + 50*time.Millisecond) }

// add adds events and compares their outcomes, given by their first two letters.
func (b *book) add(t *testing.T, want string, events ...window.Event) {
	t.Helper()
	outcomes, err := b.Add(t.Context(), events)
	if err != nil {
		t.Fatalf("Add = %v", err)
	}
	var all []string
	for _, o := range outcomes {
		all = append(all, o.String()[:2])
	}
	if got := strings.Join(all, " "); got != want {
		t.Errorf("Add(%d events) = %q, want %q", len(events), got, want)
	}
}

// one returns the only window that begins in the last two days.
func (b *book) one(t *testing.T) window.Window {
	t.Helper()
	all := b.all(t)
	if len(all) != 1 {
		t.Fatalf("Windows = %d, want one", len(all))
	}
	return all[0]
}

func (b *book) all(t *testing.T) []window.Window {
	t.Helper()
	all, err := b.Windows(t.Context(), b.engine.Now().Add(-48*time.Hour), b.engine.Now().Add(48*time.Hour))
	if err != nil {
		t.Fatalf("Windows = %v", err)
	}
	return all
}

// wantCounts compares requested, verified, late and duplicate.
func wantCounts(t *testing.T, w window.Window, want string) {
	t.Helper()
	if got := fmt.Sprint(w.Requested, w.Verified, w.Late, w.Duplicate); got != want {
		t.Errorf("the window of %v has counted %s, want %s", w.Start, got, want)
	}
}

func (b *book) close(t *testing.T, want int) {
	t.Helper()
	if got, err := b.CloseDue(t.Context()); err != nil || got != want {
		t.Fatalf("CloseDue = %d, %v; want %d", got, err, want)
	}
}

func isNew(t *testing.T, b *book) {
	t.Helper()
	if all := b.all(t); len(all) != 0 {
		t.Errorf("Windows of a new ledger = %v, want none", all)
	}
	found, err := b.Oldest(t.Context(), window.Waiting, 10)
	if err != nil || len(found) != 0 {
		t.Errorf("Oldest of a new ledger = %v, %v; want none", found, err)
	}
	hours, err := b.Hours(t.Context(), time.Time{}, b.engine.Now())
	if err != nil || len(hours) != 0 {
		t.Errorf("Hours of a new ledger = %v, %v; want none", hours, err)
	}
	b.close(t, 0)
	b.add(t, "")
}

func counts(t *testing.T, b *book) {
	t.Helper()
	at := b.engine.Now()
	b.add(t, "ac ac ac ac", requested("a", at), requested("b", at), verified("a", at.Add(time.Second)),
		window.Event{Kind: window.OTPRequested, ID: "c", Time: at})
	b.add(t, "ac", verified("c", at))
	found := b.all(t)
	if len(found) != 1 {
		t.Fatalf("Windows = %v, want one", found)
	}
	start := at.UTC().Truncate(length)
	want := window.Window{
		Start: start, End: start.Add(length), Closes: start.Add(length + b.engine.Grace), Requested: 3, Verified: 2, Status: window.Open,
		By: []window.Group{
			{Key: window.Key{Country: "SG", Prefix: "+659123"}, Counts: window.Counts{Requested: 2, Verified: 1}},
			{Counts: window.Counts{Requested: 1, Verified: 1}},
		},
	}
	if diff := cmp.Diff(want, found[0]); diff != "" {
		t.Errorf("the window (-want +got):\n%s", diff)
	}
	if rate, known := found[0].Rate(); !known || rate != 2.0/3 {
		t.Errorf("Rate = %v, %v; want 2/3", rate, known)
	}
}

// duplicates come in one batch, in another, and with another time.
func duplicates(t *testing.T, b *book) {
	t.Helper()
	at := b.past()
	b.add(t, "ac du ac du", requested("a", at), requested("a", at), verified("a", at), verified("a", at))
	b.add(t, "du du", requested("a", b.engine.Now()), verified("a", at))
	b.add(t, "du", requested("a", at.Add(-48*time.Hour)))
	wantCounts(t, b.one(t), "1 1 0 5")
	b.afterGrace()
	b.close(t, 1)
	b.add(t, "du du", requested("a", b.engine.Now()), verified("a", at))
	wantCounts(t, b.one(t), "1 1 0 7")
}

// overtaking verifications wait for their requests, and count where those do.
func overtaking(t *testing.T, b *book) {
	t.Helper()
	at := b.past()
	b.add(t, "ac ac du", verified("a", at), verified("b", at), verified("b", at))
	if all := b.all(t); len(all) != 0 {
		t.Errorf("Windows before any request = %v, want none", all)
	}
	b.add(t, "ac", requested("a", at))
	b.add(t, "ac ac", verified("c", at), requested("c", at))
	wantCounts(t, b.one(t), "2 2 0 0")
	b.afterGrace()
	b.add(t, "la du", requested("b", at), requested("b", at))
	wantCounts(t, b.one(t), "2 2 2 1")
}

// late events never change what is reported, whether the window was closed or only
// could have been.
func late(t *testing.T, b *book) {
	t.Helper()
	at := b.past()
	b.add(t, "ac ac", requested("a", at), requested("b", at))
	b.afterGrace()
	b.add(t, "la", requested("c", at))
	b.close(t, 1)
	b.add(t, "la la la", verified("a", b.engine.Now()), verified("c", at), requested("d", at))
	b.add(t, "du du du", verified("a", at), requested("c", at), requested("d", at))
	b.add(t, "la", verified("d", at))
	w := b.one(t)
	wantCounts(t, w, "2 0 5 3")
	if w.Status != window.Waiting {
		t.Errorf("the window is %s, want waiting", w.Status)
	}
}

// refused events leave nothing behind, and make no other late.
func refused(t *testing.T, b *book) {
	t.Helper()
	now := b.engine.Now()
	b.add(t, "ah ol ah ol ac ac",
		requested("a", now.Add(24*time.Hour)), requested("b", time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)),
		verified("c", now.Add(window.MaxAhead+time.Minute)), verified("d", now.Add(-window.MaxAge-time.Second)),
		requested("e", now.Add(window.MaxAhead-time.Minute)), requested("f", now.Add(-window.MaxAge+time.Minute)))
	b.add(t, "ac ac", requested("a", now), verified("a", now))
	if all := b.all(t); len(all) < 2 || all[len(all)-1].Late+all[0].Late != 0 {
		t.Errorf("Windows = %v, want those of e and a, and that of f, nothing late", all)
	}
}

// backlog is what two hours have left: no event is late, and each window counts.
func backlog(t *testing.T, b *book) {
	t.Helper()
	begin := b.past().Add(-2 * time.Hour)
	var events []window.Event
	for minute := range 120 {
		id := strconv.Itoa(minute)
		at := begin.Add(time.Duration(minute) * time.Minute)
		events = append(events, requested(id, at), verified(id, at.Add(time.Second)))
	}
	outcomes, err := b.Add(t.Context(), events)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if o != window.Accepted {
			t.Errorf("event %d of the backlog is %v, want accepted", i, o)
		}
	}
	var sum int64
	for _, w := range b.all(t) {
		sum += w.Requested
		if w.Requested != w.Verified || w.Status != window.Closing {
			t.Errorf("%+v, want all verified and closing", w)
		}
	}
	if sum != 120 {
		t.Errorf("%d requests counted, want 120", sum)
	}
}
