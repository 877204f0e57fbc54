package alerts_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/serve/event"
)

// TestSweepGoesOnWhereItStopped gives each tick a few seconds of a sweep that
// takes half a minute.
func TestSweepGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 10_000, nil)
		var report alerts.Report
		ticks := 0
		for !report.Done && ticks < 50 {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			report, _ = f.Sweep(ctx)
			cancel()
			ticks++
		}
		want := f.mayFire()
		if !report.Done || ticks < 3 || report.Cards != 10_000 || report.Checked != 10_000 {
			t.Errorf("after %d ticks %+v, want 10000 cards checked by several", ticks, report)
		}
		if report.Opened != want+f.stopped() || report.FlowCalls != want {
			t.Errorf("%d opened and %d looked up, want %d and %d: none twice, none left out", report.Opened, report.FlowCalls, want+f.stopped(), want)
		}
	})
}

func TestOverlappingTicks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 400, nil)
		var reports [2]alerts.Report
		var ticks sync.WaitGroup
		for i := range reports {
			ticks.Go(func() { reports[i], _ = f.Sweep(t.Context()) })
		}
		ticks.Wait()
		if reports[0].Busy == reports[1].Busy || len(f.slack.Inbox()) != 1 {
			t.Errorf("two ticks at once report %+v and %d messages, want one of them to leave", reports, len(f.slack.Inbox()))
		}
	})
}

// TestCardsThatLeaveTheListing takes 80 cards out of the first pages while the
// sweep is under way: those behind them move up, and none is missed.
func TestCardsThatLeaveTheListing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 4000, nil)
		last := f.cloud.ICCID(3999)
		f.cloud.SetCard(last, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes })
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		first, _ := f.Sweep(ctx)
		if first.Done {
			t.Fatalf("the first tick did all: %+v", first)
		}
		for i := range 80 {
			f.cloud.RemoveCard(f.cloud.ICCID(100 + i))
		}
		r := f.sweep(t)
		if !r.Done || r.Cards != 3920 {
			t.Errorf("sweep after 80 cards left: %+v, want 3920 cards", r)
		}
	})
}

func TestBrokenPageDoesNotHideTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 4000, nil)
		f.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Page: "60", Kind: aliyuntest.RedirectTo, Count: -1})
		var report alerts.Report
		for range 4 {
			report, _ = f.Sweep(t.Context())
		}
		if !report.Done || report.Failed == 0 || report.Checked+report.Failed != 4000 {
			t.Errorf("sweeps with a page that is always broken: %+v, want the rest checked and the loss counted", report)
		}
	})
}

func TestDailySummary(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 200, nil)
		opened := f.sweep(t).Opened
		if _, err := f.Tick(t.Context(), event.Tick{Payload: alerts.SummaryPayload}); err != nil {
			t.Fatal(err)
		}
		inbox := f.slack.Inbox()
		checkWords(t, inbox[len(inbox)-1].Plain(), "SIM cards on 2000-01-01", fmt.Sprintf("%d opened", opened), "1 sweep\n")
		if _, err := f.Tick(t.Context(), event.Tick{Payload: alerts.SummaryPayload}); err != nil {
			t.Fatal(err)
		}
		inbox = f.slack.Inbox()
		checkWords(t, inbox[len(inbox)-1].Plain(), "0 opened", "0 sweeps")
	})
}

// TestDeadMan has no sweep for an hour: the summary says so, and the next sweep
// that it is over.
func TestDeadMan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 40, nil)
		f.sweep(t)
		time.Sleep(time.Hour)
		if _, err := f.Summary(t.Context()); err != nil {
			t.Fatal(err)
		}
		checkWords(t, f.slack.Inbox()[1].Plain(), "Sweep is late or failing", "fleet")
		if r := f.sweep(t); r.Messages != 1 {
			t.Errorf("sweep after the pause: %+v, want its message that all is well again", r)
		}
		inbox := f.slack.Inbox()
		checkWords(t, inbox[len(inbox)-1].Plain(), "1 resolved")
	})
}

func TestFailingSweepsAreAnAlert(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 40, nil)
		f.sweep(t)
		f.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.ExpiredToken, Count: -1})
		for range 3 {
			if _, err := f.Sweep(t.Context()); err == nil {
				t.Error("sweep without a listing = nil, want an error")
			}
		}
		inbox := f.slack.Inbox()
		checkWords(t, inbox[len(inbox)-1].Plain(), "Sweep is late or failing")
	})
}

// TestHundredThousandCards is the size that this is for, at a hundred times the
// usual quota.
func TestHundredThousandCards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const perSecond = 2000
		f := newFleetAt(t, 100_000, perSecond, nil)
		start := time.Now()
		r := f.sweep(t)
		took := time.Since(start)
		want := f.mayFire()
		least := time.Duration(2500+want) * time.Second / perSecond
		t.Logf("%d + %d calls in %v, at the quota %v", r.ListCalls, r.FlowCalls, took, least)
		if r.ListCalls != 2500 || r.FlowCalls != want || r.Checked != 100_000 || r.Messages != 1 {
			t.Errorf("sweep of 100000 cards: %+v, want 2500 and %d calls and one message", r, want)
		}
		if took > least*105/100 {
			t.Errorf("the sweep took %v, want at most 5 %% over %v", took, least)
		}
		for _, action := range []string{"ListCardInfo", "GetCardFlowInfo"} {
			for _, call := range f.cloud.Calls(action) {
				if call.Code != "OK" {
					t.Fatalf("%s was answered %s", action, call.Code)
				}
			}
		}
	})
}

// TestSummaryChartsTheUsage has the fleet use a gigabyte from one day to the next.
func TestSummaryChartsTheUsage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 40, nil)
		f.sweep(t)
		time.Sleep(24 * time.Hour)
		f.cloud.SetCard(f.cloud.ICCID(0), func(c *aliyuntest.Card) { c.UsedBytes += 1 << 30 })
		f.sweep(t)
		if _, err := f.Summary(t.Context()); err != nil {
			t.Fatal(err)
		}
		inbox := f.slack.Inbox()
		checkWords(t, inbox[len(inbox)-1].Plain(), "Data used: ", " 1.00GB")
	})
}
