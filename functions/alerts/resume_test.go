package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/event"
)

// TestSweepGoesOnWhereItStopped gives each run a few seconds of a sweep that
// takes half a minute.
func TestSweepGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 10_000, nil)
		var report alerts.Report
		runs := 0
		for !report.Done && runs < 50 {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			report, _ = f.Sweep(ctx)
			cancel()
			runs++
		}
		want, incidents := f.lookups(), len(f.want())
		if !report.Done || runs < 3 || report.Cards != 10_000 || report.Checked != 10_000 {
			t.Errorf("after %d runs %+v, want 10000 cards checked by several", runs, report)
		}
		if report.Opened != incidents || report.FlowCalls != want {
			t.Errorf("%d opened and %d looked up, want %d and %d: none again, none left out", report.Opened, report.FlowCalls, incidents, want)
		}
		f.check(t)
	})
}

func TestOverlappingRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 400, nil)
		var reports [2]alerts.Report
		var runs sync.WaitGroup
		for i := range reports {
			runs.Go(func() { reports[i], _ = f.Sweep(t.Context()) })
		}
		runs.Wait()
		if reports[0].Busy == reports[1].Busy || len(f.slack.Inbox()) != 1 {
			t.Errorf("two runs at once report %+v and %d messages, want one of them to leave", reports, len(f.slack.Inbox()))
		}
	})
}

// TestCardsThatLeaveTheListing takes 80 cards out of the first pages while the
// sweep is under way: those behind them move up, and none is missed.
func TestCardsThatLeaveTheListing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 4000, nil)
		f.set(3999, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes })
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if first, _ := f.Sweep(ctx); first.Done || first.Checked < 200 {
			t.Fatalf("the first run: %+v, want a part of the sweep", first)
		}
		for i := range 80 {
			f.cloud.RemoveCard(f.cloud.ICCID(100 + i))
		}
		if r := f.sweep(t); !r.Done || r.Cards != 4000 || r.Checked != 4000 {
			t.Errorf("sweep after 80 cards left: %+v, want none missed, and those counted that were there", r)
		}
		for range 2 {
			time.Sleep(10 * time.Minute)
			f.sweep(t)
		}
		f.check(t)
		if r := f.sweep(t); r.Cards != 3920 || r.Checked != 3920 {
			t.Errorf("a later sweep: %+v, want 3920 cards", r)
		}
	})
}

// TestBrokenPageDoesNotHideTheRest has a page of 40 cards that cannot be read, nor
// what it has in smaller pages.
func TestBrokenPageDoesNotHideTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 4000, nil)
		for _, page := range []string{"60", "237", "238", "239", "240"} {
			f.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Page: page, Kind: aliyuntest.RedirectTo, Count: -1})
		}
		report := f.sweep(t)
		if !report.Done || report.Failed != 40 || report.Checked != 3960 {
			t.Errorf("sweep with a page that is always broken: %+v, want 3960 cards checked and 40 counted as failed", report)
		}
	})
}

func TestDailySummary(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 200, nil)
		summary := func() string {
			if _, err := f.Scheduled(t.Context(), event.Scheduled{Payload: alerts.SummaryPayload}); err != nil {
				t.Fatal(err)
			}
			return f.last(t)
		}
		opened := f.sweep(t).Opened
		checkWords(t, summary(), "SIM cards on 2000-01-01", fmt.Sprintf("%d opened", opened), "1 sweep finished")
		if summary(); len(f.slack.Inbox()) != 2 {
			t.Errorf("%d messages after a second summary on one day, want the digest and one summary", len(f.slack.Inbox()))
		}
		time.Sleep(24 * time.Hour)
		f.sweep(t)
		checkWords(t, summary(), "SIM cards on 2000-01-02", "0 opened", "1 sweep finished")
	})
}

// TestSummaryBeforeTheFirstSweep is asked for again and again while the first sweep
// is cut off: it says once that there was none, and the day's summary follows when
// the sweep is finished.
func TestSummaryBeforeTheFirstSweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 1000, nil)
		summary := func() {
			if _, err := f.Summary(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var newest string
		summaries := func() (titles []string) {
			for _, m := range f.slack.Inbox() {
				if title, _, _ := strings.Cut(m.Text, "\n"); strings.Contains(title, "SIM cards on ") {
					titles, newest = append(titles, title), m.Text
				}
			}
			return titles
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		if r, err := f.Sweep(ctx); err == nil || r.Done {
			t.Fatalf("Sweep of half a second = %+v, %v; want it cut off", r, err)
		}
		summary()
		summary()
		want := []string{"⚠️ SIM cards on 2000-01-01: no sweep was finished"}
		if diff := gocmp.Diff(want, summaries()); diff != "" {
			t.Errorf("summaries before the first sweep (-want +got):\n%s", diff)
		}
		f.sweep(t)
		summary()
		if diff := gocmp.Diff(append(want, "📋 SIM cards on 2000-01-01"), summaries()); diff != "" {
			t.Errorf("summaries after it (-want +got):\n%s", diff)
		}
		checkWords(t, newest, fmt.Sprintf("*%d* opened", len(f.want())), "1 sweep finished")
	})
}

// TestSummaryWaitsForTheSweep asks for the summary while a sweep is under way.
func TestSummaryWaitsForTheSweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 1000, nil)
		var sweep sync.WaitGroup
		sweep.Go(func() { f.sweep(t) })
		time.Sleep(time.Second)
		if r, err := f.Summary(t.Context()); err != nil || r.Busy {
			t.Errorf("Summary = %+v, %v; want it made after the sweep", r, err)
		}
		checkWords(t, f.last(t), "SIM cards on 2000-01-01", "1 sweep finished")
		sweep.Wait()

		sweep.Go(func() { f.sweep(t) })
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		time.Sleep(time.Millisecond)
		if r, err := f.Summary(ctx); !errors.Is(err, context.DeadlineExceeded) || r.Messages != 0 {
			t.Errorf("Summary without the time to wait = %+v, %v; want an error", r, err)
		}
		sweep.Wait()
	})
}

// TestLateSweep has no sweep for an hour: the summary notices, and the next sweep
// that it is over.
func TestLateSweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 40, nil)
		f.sweep(t)
		time.Sleep(time.Hour)
		if _, err := f.Summary(t.Context()); err != nil {
			t.Fatal(err)
		}
		checkWords(t, f.slack.Inbox()[1].Plain(), "🟠 Sweep is late\n", "🟠 new", "60 min ago")
		checkWords(t, f.last(t), "SIM cards on 2000-01-01")
		if r := f.sweep(t); r.Resolved != 0 || r.Messages != 0 {
			t.Errorf("the late sweep: %+v, want nothing to be well before one came in time", r)
		}
		time.Sleep(10 * time.Minute)
		if r := f.sweep(t); r.Resolved != 1 || r.Messages != 1 {
			t.Errorf("sweep in time: %+v, want its message that all is well again", r)
		}
		checkWords(t, f.last(t), "1 resolved")
	})
}

func TestFailingRunsAreAnIncident(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 40, nil)
		f.sweep(t)
		f.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.ExpiredToken, Count: -1})
		for range 3 {
			if _, err := f.Sweep(t.Context()); err == nil {
				t.Error("sweep without a listing = nil, want an error")
			}
		}
		checkWords(t, f.last(t), "🔴 Sweeps fail, cards are not checked\n", "🔴 new", "3 runs in a row failed: ListCardInfo expired")
	})
}

// TestSummaryChartsTheUsage has the fleet use a gigabyte from one day to the next.
func TestSummaryChartsTheUsage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 40, nil)
		f.sweep(t)
		time.Sleep(24 * time.Hour)
		f.cloud.SetCard(f.cloud.ICCID(0), func(c *aliyuntest.Card) { c.UsedBytes += 1 << 30 })
		f.sweep(t)
		if _, err := f.Summary(t.Context()); err != nil {
			t.Fatal(err)
		}
		checkWords(t, f.last(t), "Data used: ", " 1.00GB")
	})
}
