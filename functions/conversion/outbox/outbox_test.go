package outbox_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"signalbox/functions/conversion/outbox"
	"signalbox/functions/conversion/window"
	"signalbox/shared/store"
)

// begin is when the clocks of the tests begin.
var begin = time.Date(2026, 11, 25, 10, 2, 3, 0, time.UTC)

// clock is one that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) wait(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// each runs a test with every kind of store.
func each(t *testing.T, run func(t *testing.T, s store.Store)) {
	t.Helper()
	configs := map[string]func(*testing.T) store.Config{
		"file": func(t *testing.T) store.Config {
			t.Helper()
			return store.Config{File: filepath.Join(t.TempDir(), "state.db")}
		},
		"redis": func(t *testing.T) store.Config {
			t.Helper()
			return store.Config{RedisURL: "redis://" + miniredis.RunT(t).Addr(), Account: "main", Namespace: "conversion"}
		},
		"redis cluster": func(t *testing.T) store.Config {
			t.Helper()
			address := miniredis.RunT(t).Addr()
			return store.Config{RedisURL: "redis://" + address + "?addr=" + address, Account: "main", Namespace: "conversion"}
		},
	}
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := store.Open(config(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			run(t, s)
		})
	}
}

func open(s store.Store, c *clock) *outbox.Outbox {
	return outbox.New(outbox.Config{Store: s, Now: c.Now})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lease returns a lease's fence.
func lease(t *testing.T, s store.Store) store.Record {
	t.Helper()
	l, err := store.Acquire(t.Context(), s, store.LeaseConfig{Name: "report", Length: time.Minute})
	must(t, err)
	return l.Fence()
}

func report(n int) outbox.Report { return outbox.Report{Rate: float64(n) / 1000, Time: int64(n)} }

// add has n reports wait, without keys.
func add(t *testing.T, o *outbox.Outbox, c *clock, numbers ...int) {
	t.Helper()
	var entries []outbox.Entry
	for _, n := range numbers {
		entries = append(entries, outbox.Entry{Report: report(n), Accepted: c.Now().UnixMilli()})
	}
	must(t, o.Add(t.Context(), entries))
}

// oldest returns the numbers of the reports that wait.
func oldest(t *testing.T, o *outbox.Outbox, limit int) (numbers []int, entries []outbox.Entry) {
	t.Helper()
	tail, err := o.Tail(t.Context())
	must(t, err)
	entries, err = o.Oldest(t.Context(), tail, limit)
	must(t, err)
	for _, e := range entries {
		numbers = append(numbers, int(e.Report.Time))
	}
	return numbers, entries
}

func TestKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s store.Store) {
		t.Helper()
		c := &clock{now: begin}
		o := open(s, c)
		claim, earlier, err := o.Begin(t.Context(), "k", "body")
		if claim == nil || earlier != nil || err != nil {
			t.Fatalf("Begin of a new key = %v, %v, %v; want a claim", claim, earlier, err)
		}
		c.wait(10 * time.Second)
		_, _, err = o.Begin(t.Context(), "k", "body")
		if inFlight, ok := errors.AsType[*outbox.InFlightError](err); !ok || inFlight.RetryAfter != 20*time.Second {
			t.Errorf("Begin of a key in flight = %v, want an InFlightError of 20 s", err)
		}
		if _, _, err = o.Begin(t.Context(), "k", "another"); !errors.Is(err, outbox.ErrOtherBody) {
			t.Errorf("Begin of a key in flight with another body = %v", err)
		}
		want := outbox.Record{Status: outbox.Forwarded, Code: 200, Answer: []byte("{}"), RequestID: "R"}
		must(t, o.Finish(t.Context(), outbox.Answer{Claim: claim, Record: want}))
		want.Hash, want.At = "body", c.Now().UnixMilli()
		c.wait(24*time.Hour - time.Millisecond)
		claim, earlier, err = o.Begin(t.Context(), "k", "body")
		if diff := cmp.Diff(&want, earlier); diff != "" || err != nil || claim != nil {
			t.Errorf("Begin of an answered key: %v (-want +got):\n%s", err, diff)
		}
		if _, _, err = o.Begin(t.Context(), "k", "another"); !errors.Is(err, outbox.ErrOtherBody) {
			t.Errorf("Begin of an answered key with another body = %v", err)
		}
		c.wait(time.Millisecond)
		if claim, _, err = o.Begin(t.Context(), "k", "another"); claim == nil || err != nil {
			t.Fatalf("Begin after 24 h = %v, %v; want a claim", claim, err)
		}
		must(t, o.Release(t.Context(), claim))
		if _, err = o.Lookup(t.Context(), "k"); !errors.Is(err, outbox.ErrNotFound) {
			t.Errorf("Lookup of a released key = %v", err)
		}
	})
}

// TestClaimOfTheDead has a process die with a key in flight, and come back late.
func TestClaimOfTheDead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s store.Store) {
		t.Helper()
		c := &clock{now: begin}
		o := open(s, c)
		dead, _, err := o.Begin(t.Context(), "k", "body")
		must(t, err)
		c.wait(30 * time.Second)
		claim, _, err := o.Begin(t.Context(), "k", "body")
		must(t, err)
		late := outbox.Answer{Claim: dead, Record: outbox.Record{Status: outbox.Forwarded, RequestID: "late"}}
		if err := o.Finish(t.Context(), late); !errors.Is(err, store.ErrConflict) {
			t.Errorf("Finish with a claim that has ended = %v, want ErrConflict", err)
		}
		err = o.Add(t.Context(), []outbox.Entry{{Key: "k"}}, late)
		if n, _ := oldest(t, o, 10); !errors.Is(err, store.ErrConflict) || len(n) != 0 {
			t.Errorf("Add with a claim that has ended = %v, and %v wait; want ErrConflict and none", err, n)
		}
		must(t, o.Release(t.Context(), dead))
		must(t, o.Finish(t.Context(), outbox.Answer{Claim: claim, Record: outbox.Record{Status: outbox.Forwarded, RequestID: "R"}}))
		if r, err := o.Lookup(t.Context(), "k"); err != nil || r.RequestID != "R" {
			t.Errorf("Lookup = %+v, %v; want R", r, err)
		}
		// A clock that was a day ahead keeps no key in flight for a day.
		c.wait(24 * time.Hour)
		_, _, err = o.Begin(t.Context(), "ahead", "body")
		must(t, err)
		c.wait(-23 * time.Hour)
		if claim, _, err := o.Begin(t.Context(), "ahead", "body"); err != nil || claim == nil {
			t.Errorf("Begin after a clock was ahead = %v, %v; want a claim", claim, err)
		}
	})
}

// TestRacingKeys has many claim one key: one gets it.
func TestRacingKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s store.Store) {
		t.Helper()
		o := open(s, &clock{now: begin})
		var mu sync.Mutex
		var wg sync.WaitGroup
		claims := 0
		for range 20 {
			wg.Go(func() {
				claim, _, err := o.Begin(t.Context(), "k", "body")
				_, inFlight := errors.AsType[*outbox.InFlightError](err)
				mu.Lock()
				defer mu.Unlock()
				if claim != nil {
					claims++
				} else if !inFlight {
					t.Errorf("Begin = %v, want it in flight", err)
				}
			})
		}
		wg.Wait()
		if claims != 1 {
			t.Errorf("%d claims of one key, want 1", claims)
		}
	})
}

func TestOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s store.Store) {
		t.Helper()
		c := &clock{now: begin}
		o, fence := open(s, c), lease(t, s)
		add(t, o, c, 1, 2, 3)
		add(t, o, c, 4, 5, 6)
		got, entries := oldest(t, o, 5)
		if diff := cmp.Diff([]int{1, 2, 3, 4, 5}, got); diff != "" {
			t.Fatalf("Oldest (-want +got):\n%s", diff)
		}
		outcomes := make([]outbox.Outcome, len(entries))
		for i, e := range entries {
			outcomes[i] = outbox.Outcome{Entry: e, Status: outbox.Forwarded}
		}
		outcomes[0].Status, outcomes[0].Behind = outbox.Accepted, true // 1 goes behind
		outcomes[2].Status = outbox.Accepted                           // 3 stays
		outcomes[3].Status, outcomes[3].Reason = outbox.Dead, "refused"
		must(t, o.Settle(t.Context(), fence, outcomes))
		got, entries = oldest(t, o, 10)
		if diff := cmp.Diff([]int{3, 6, 1}, got); diff != "" {
			t.Errorf("Oldest after Settle (-want +got):\n%s", diff)
		}
		letters, err := o.DeadLetters(t.Context())
		if err != nil || len(letters) != 1 || letters[0].Reason != "refused" || letters[0].Entry.Report != report(4) {
			t.Errorf("DeadLetters = %+v, %v; want report 4", letters, err)
		}
		outcomes = outcomes[:0]
		for _, e := range entries {
			outcomes = append(outcomes, outbox.Outcome{Entry: e, Status: outbox.Forwarded})
		}
		must(t, o.Settle(t.Context(), fence, outcomes))
		if n, err := o.Waiting(t.Context()); n != 0 || err != nil {
			t.Errorf("Waiting = %d, %v; want none", n, err)
		}
		must(t, o.Retry(t.Context(), letters[0].ID))
		if got, _ := oldest(t, o, 10); !cmp.Equal([]int{4}, got) {
			t.Errorf("Oldest after Retry = %v, want 4", got)
		}
		if err := o.Retry(t.Context(), letters[0].ID); !errors.Is(err, outbox.ErrNotFound) {
			t.Errorf("Retry again = %v, want ErrNotFound", err)
		}
	})
}

// TestFence has a run settle that has lost its lease.
func TestFence(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s store.Store) {
		t.Helper()
		c := &clock{now: begin}
		o := open(s, c)
		add(t, o, c, 1)
		_, entries := oldest(t, o, 1)
		lost := store.Record{Collection: "leases", Key: "report/holder", Value: []byte("lost")}
		for _, behind := range []bool{false, true} {
			outcome := outbox.Outcome{Entry: entries[0], Status: outbox.Forwarded}
			if behind {
				outcome.Status, outcome.Behind = outbox.Accepted, true
			}
			if err := o.Settle(t.Context(), lost, []outbox.Outcome{outcome}); !errors.Is(err, store.ErrConflict) {
				t.Errorf("Settle without the lease = %v, want ErrConflict", err)
			}
		}
		if n, _ := o.Waiting(t.Context()); n != 1 {
			t.Errorf("%d wait, want 1", n)
		}
	})
}

// TestKeyFollowsItsReport looks at a key while its report waits, for days, and after.
func TestKeyFollowsItsReport(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s store.Store) {
		t.Helper()
		c := &clock{now: begin}
		o, fence := open(s, c), lease(t, s)
		claim, _, err := o.Begin(t.Context(), "k", "body")
		must(t, err)
		r := report(1)
		entry := outbox.Entry{Key: "k", Report: r, Accepted: c.Now().UnixMilli(), Window: &window.Span{Start: 300, Seconds: 300}}
		accepted := outbox.Record{Status: outbox.Accepted, Code: 202, Answer: []byte("{}"), Report: &r}
		must(t, o.Add(t.Context(), []outbox.Entry{entry}, outbox.Answer{Claim: claim, Record: accepted}))
		if !claim.Answered() {
			t.Error("the claim is not answered")
		}
		c.wait(48 * time.Hour)
		if _, earlier, err := o.Begin(t.Context(), "k", "body"); err != nil || earlier == nil || earlier.Status != outbox.Accepted {
			t.Errorf("Begin of a key whose report waits = %+v, %v; want it accepted", earlier, err)
		}
		_, entries := oldest(t, o, 1)
		if diff := cmp.Diff([]outbox.Entry{entry}, entries); diff != "" {
			t.Fatalf("Oldest (-want +got):\n%s", diff)
		}
		must(t, o.Settle(t.Context(), fence, []outbox.Outcome{{Entry: entries[0], Status: outbox.Dead, Reason: "why"}}))
		got, err := o.Lookup(t.Context(), "k")
		if err != nil || got.Status != outbox.Dead || got.Reason != "why" || got.Code != 202 || got.Hash != "body" {
			t.Errorf("Lookup of a dead letter's key = %+v, %v", got, err)
		}
		letters, err := o.DeadLetters(t.Context())
		must(t, err)
		must(t, o.Retry(t.Context(), letters[0].ID))
		if got, err := o.Lookup(t.Context(), "k"); err != nil || got.Status != outbox.Accepted {
			t.Errorf("Lookup after Retry = %+v, %v; want accepted", got, err)
		}
		_, entries = oldest(t, o, 1)
		must(t, o.Settle(t.Context(), fence, []outbox.Outcome{{Entry: entries[0], Status: outbox.Forwarded, RequestID: "R"}}))
		if got, err := o.Lookup(t.Context(), "k"); err != nil || got.Status != outbox.Forwarded || got.RequestID != "R" {
			t.Errorf("Lookup after it was forwarded = %+v, %v", got, err)
		}
	})
}

// TestExpire has every key found within the hour, and only those whose time is over.
func TestExpire(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s store.Store) {
		t.Helper()
		c := &clock{now: begin}
		o := outbox.New(outbox.Config{Store: s, Now: c.Now, MaxDead: 3})
		const keys = 300
		for n := range keys {
			claim, _, err := o.Begin(t.Context(), fmt.Sprint("k", n), "body")
			must(t, err)
			if n < 10 { // these wait
				record := outbox.Record{Status: outbox.Accepted}
				must(t, o.Add(t.Context(), []outbox.Entry{{Key: claim.Key}}, outbox.Answer{Claim: claim, Record: record}))
			}
		}
		for n := range 5 {
			must(t, o.Bury(t.Context(), outbox.Outcome{Entry: outbox.Entry{Report: report(n), Window: &window.Span{Start: int64(n)}}}))
			c.wait(time.Millisecond)
		}
		c.wait(25 * time.Hour)
		for range 64 {
			_, err := o.Expire(t.Context())
			must(t, err)
			c.wait(time.Minute)
		}
		left := 0
		for shard := range 256 {
			records, err := s.List(t.Context(), fmt.Sprintf("keys/%02x", shard))
			must(t, err)
			left += len(records)
		}
		if left != 10 {
			t.Errorf("%d keys are left, want the 10 whose reports wait", left)
		}
		letters, err := o.DeadLetters(t.Context())
		if err != nil || len(letters) != 3 || letters[0].Entry.Report != report(2) {
			t.Errorf("DeadLetters = %+v, %v; want the newest 3", letters, err)
		}
	})
}

func TestFull(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s store.Store) {
		t.Helper()
		c := &clock{now: begin}
		o := outbox.New(outbox.Config{Store: s, Now: c.Now, Max: 3})
		add(t, o, c, 1, 2)
		if err := o.Add(t.Context(), make([]outbox.Entry, 2)); !errors.Is(err, outbox.ErrFull) {
			t.Errorf("Add above Max = %v, want ErrFull", err)
		}
		add(t, o, c, 3)
		must(t, o.Bury(t.Context(), outbox.Outcome{Entry: outbox.Entry{Window: &window.Span{}}}))
		if err := o.Retry(t.Context(), "window-0-0"); !errors.Is(err, outbox.ErrFull) {
			t.Errorf("Retry above Max = %v, want ErrFull", err)
		}
	})
}

// TestRacingAdds has several instances add at the same time: all reports wait.
func TestRacingAdds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s store.Store) {
		t.Helper()
		c := &clock{now: begin}
		var wg sync.WaitGroup
		for i := range 5 {
			o := open(s, c) // an instance
			for j := range 20 {
				wg.Go(func() {
					if err := o.Add(t.Context(), []outbox.Entry{{Report: report(i*20 + j)}}); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		got, _ := oldest(t, open(s, c), 1000)
		seen := map[int]bool{}
		for _, n := range got {
			seen[n] = true
		}
		if len(got) != 100 || len(seen) != 100 {
			t.Errorf("%d reports wait, %d of them different; want 100", len(got), len(seen))
		}
	})
}

// TestBrokenRecords has records that cannot be understood stop no others.
func TestBrokenRecords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s store.Store) {
		t.Helper()
		c := &clock{now: begin}
		o, fence := open(s, c), lease(t, s)
		claim, _, err := o.Begin(t.Context(), "k", "body")
		must(t, err)
		must(t, o.Finish(t.Context(), outbox.Answer{Claim: claim, Record: outbox.Record{Status: outbox.Forwarded}}))
		add(t, o, c, 1, 2)
		for shard := range 256 {
			records, err := s.List(t.Context(), fmt.Sprintf("keys/%02x", shard))
			must(t, err)
			for _, r := range records {
				r.Value = []byte("{")
				must(t, s.Apply(t.Context(), store.Batch{Put: []store.Record{r}}))
			}
		}
		waiting, err := s.List(t.Context(), "waiting")
		must(t, err)
		waiting[0].Value = []byte("{")
		must(t, s.Apply(t.Context(), store.Batch{Put: waiting[:1]}))
		if claim, _, err := o.Begin(t.Context(), "k", "body"); claim == nil || err != nil {
			t.Errorf("Begin of a broken key = %v, %v; want a claim", claim, err)
		}
		_, entries := oldest(t, o, 10)
		if len(entries) != 2 || string(entries[0].Unreadable) != "{" || entries[1].Unreadable != nil {
			t.Fatalf("Oldest = %+v, want the first unreadable", entries)
		}
		outcomes := []outbox.Outcome{{Entry: entries[0], Status: outbox.Dead, Reason: "unreadable"}, {Entry: entries[1], Status: outbox.Forwarded}}
		must(t, o.Settle(t.Context(), fence, outcomes))
		letters, err := o.DeadLetters(t.Context())
		if err != nil || len(letters) != 1 || string(letters[0].Unreadable) != "{" {
			t.Fatalf("DeadLetters = %+v, %v; want one that is unreadable", letters, err)
		}
		if err := o.Retry(t.Context(), letters[0].ID); !errors.Is(err, outbox.ErrUnreadable) {
			t.Errorf("Retry = %v, want ErrUnreadable", err)
		}
	})
}

// TestLargest adds as many reports at once as a request may have, each with its key.
func TestLargest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s store.Store) {
		t.Helper()
		o := open(s, &clock{now: begin})
		const n = 1000
		var entries []outbox.Entry
		var answers []outbox.Answer
		for i := range n {
			claim, r := outbox.NewKey(), report(i)
			entries = append(entries, outbox.Entry{Key: claim.Key, Report: r})
			answers = append(answers, outbox.Answer{Claim: claim, Record: outbox.Record{Status: outbox.Accepted, Report: &r}})
		}
		must(t, o.Add(t.Context(), entries, answers...))
		if err := o.Add(t.Context(), entries[:1], answers[0]); !errors.Is(err, store.ErrConflict) {
			t.Errorf("Add with a key that is known = %v, want ErrConflict", err)
		}
		if waiting, err := o.Waiting(t.Context()); waiting != n || err != nil {
			t.Errorf("Waiting = %d, %v; want %d", waiting, err, n)
		}
		if got, err := o.Lookup(t.Context(), entries[n-1].Key); err != nil || got.Status != outbox.Accepted {
			t.Errorf("Lookup = %+v, %v; want it accepted", got, err)
		}
	})
}
