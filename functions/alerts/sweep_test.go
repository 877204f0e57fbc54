package alerts_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/serve/event"
	"signalbox/shared/slack/slacktest"
)

// TestThousandCards is the promise of the two steps: 25 calls for the listing, one
// more for each card that may fire, both at the same time, never faster than the
// quota; and the listing alone while nothing changes.
func TestThousandCards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 1000, nil)
		start := time.Now()
		first := f.sweep(t)
		took, want, incidents := time.Since(start), f.lookups(), len(f.want())
		if want < 20 {
			t.Fatalf("%d cards of the fleet may fire, too few to prove anything", want)
		}
		if first.ListCalls != 25 || len(f.cloud.Calls("ListCardInfo")) != 25 {
			t.Errorf("%d listing calls, the fake saw %d; want 25", first.ListCalls, len(f.cloud.Calls("ListCardInfo")))
		}
		if first.FlowCalls != want || len(f.cloud.Calls("GetCardFlowInfo")) != want {
			t.Errorf("%d lookups, the fake saw %d; want %d", first.FlowCalls, len(f.cloud.Calls("GetCardFlowInfo")), want)
		}
		if first.Cards != 1000 || first.Checked != 1000 || first.Failed != 0 || first.Opened != incidents || first.Messages != 1 {
			t.Errorf("first sweep: %+v, want all 1000 cards checked and %d incidents in one message", first, incidents)
		}
		if most := time.Duration(max(25, want)+1) * time.Second / 20 * 105 / 100; took > most {
			t.Errorf("the sweep took %v, want at most %v: 5%% over the longer of the listing and the lookups", took, most)
		}
		f.checkCalls(t, 20)
		f.check(t)

		batches := f.store.batches
		second := f.sweep(t)
		if second.Opened+second.Worsened+second.Resolved+second.Messages != 0 || second.Open != incidents || len(f.slack.Inbox()) != 1 {
			t.Errorf("second sweep: %+v with %d messages in all, want no change", second, len(f.slack.Inbox()))
		}
		if second.ListCalls != 25 || second.FlowCalls != 0 {
			t.Errorf("second sweep: %d listing calls and %d lookups of cards that have not changed, want 25 and 0", second.ListCalls, second.FlowCalls)
		}
		t.Logf("%d batches in the second sweep", f.store.batches-batches)
	})
}

// checkCalls finds no call refused, and none faster than the quota.
func (f *fixture) checkCalls(t *testing.T, perSecond int) {
	t.Helper()
	for _, action := range []string{"ListCardInfo", "GetCardFlowInfo"} {
		if n := f.cloud.MaxPerSecond(action); n > perSecond {
			t.Errorf("%d calls of %s in one second, want at most %d", n, action, perSecond)
		}
	}
	for _, call := range f.cloud.Calls("") {
		if call.Code != "OK" {
			t.Fatalf("%s was answered %s", call.Action, call.Code)
		}
	}
}

// TestSweepNotifiesOfChanges has a card destroyed, which counts at once, unlike one
// that is only missing.
func TestSweepNotifiesOfChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 40, nil)
		f.sweep(t)
		worse := f.cloud.ICCID(0)
		f.set(0, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes * 85 / 100 })
		f.set(1, func(c *aliyuntest.Card) { c.Expires = c.Expires.AddDate(1, 0, 0) })
		f.set(2, func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusDestroyed })
		if r := f.sweep(t); r.Opened != 1 || r.Resolved != 2 || r.Worsened != 0 {
			t.Errorf("sweep after three changes: %+v, want 1 opened and 2 resolved", r)
		}
		f.set(0, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes })
		if r := f.sweep(t); r.Worsened != 1 || r.Opened+r.Resolved != 0 {
			t.Errorf("sweep after the package was used up: %+v, want 1 worsened", r)
		}
		f.set(0, func(c *aliyuntest.Card) { c.UsedBytes = 0 })
		if r := f.sweep(t); r.Resolved != 1 || r.Messages != 1 {
			t.Errorf("sweep after the new period: %+v, want 1 resolved and notified", r)
		}
		for i, words := range [][]string{
			1: {"🟠 1 card with high usage, 2 resolved", card.ICCID(worse).Masked(), "Package no longer ends soon", "resolved after", "Card not found, or destroyed"},
			2: {"🔴 1 card used up", "🔴 worse", "100% reached", "top up"},
			3: {"1 resolved", "Usage is below its threshold"},
		} {
			checkWords(t, f.slack.Inbox()[i].Plain(), words...)
		}
	})
}

// TestMissingCardNeedsTwoSweeps takes a card out of the account.
func TestMissingCardNeedsTwoSweeps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 40, nil)
		before := f.sweep(t).Opened
		f.cloud.RemoveCard(f.cloud.ICCID(2))
		time.Sleep(10 * time.Minute)
		if r := f.sweep(t); r.Resolved != 0 || r.Open != before || r.Cards != 39 || r.Checked != 39 {
			t.Errorf("first sweep without the card: %+v, want nothing resolved yet", r)
		}
		time.Sleep(10 * time.Minute)
		if r := f.sweep(t); r.Resolved != 1 || r.Open != before-1 {
			t.Errorf("second sweep without the card: %+v, want its incident resolved", r)
		}
		checkWords(t, f.last(t), "1 resolved", "Card not found, or destroyed")
		time.Sleep(10 * time.Minute)
		calls := len(f.cloud.Calls(""))
		if r := f.sweep(t); r.Resolved != 0 || len(f.cloud.Calls(""))-calls != r.ListCalls || r.ListCalls != 1 {
			t.Errorf("third sweep without the card: %+v, want nobody to ask for it any more", r)
		}
	})
}

// TestEasedSeverityIsSilent tops up a card that had used everything, lets it use
// more, and use everything again.
func TestEasedSeverityIsSilent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 40, nil)
		use := func(percent int64) {
			f.set(0, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes * percent / 100 })
		}
		key := keyOf(f.cloud.ICCID(0), rule.UsageName)
		use(100)
		f.sweep(t)
		for _, step := range []struct {
			percent   int64
			severity  incident.Severity
			threshold float64
			worsened  int
		}{
			{85, incident.Warning, 80, 0},
			{95, incident.Warning, 90, 0},
			{100, incident.Critical, 100, 1},
		} {
			time.Sleep(2 * time.Hour)
			use(step.percent)
			r, i := f.sweep(t), f.store.open(t)[key]
			if i.Severity != step.severity || i.Threshold.Value != step.threshold || r.Worsened != step.worsened || r.Messages != step.worsened || r.Opened+r.Resolved != 0 {
				t.Errorf("at %d %%: %s at %v, %+v; want %+v", step.percent, i.Severity, i.Threshold, r, step)
			}
		}
	})
}

// TestStoppingCardIsDamped stops a card and starts it again at every sweep.
func TestStoppingCardIsDamped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 40, nil)
		f.sweep(t)
		f.set(0, func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusStopped })
		opened := f.sweep(t)
		f.set(0, func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusInUse })
		resolved := f.sweep(t)
		if opened.Opened != 1 || resolved.Resolved != 1 {
			t.Errorf("the first opening and resolution: %+v and %+v, want both notified at once", opened, resolved)
		}
		before := len(f.slack.Inbox())
		for i := range 36 { // six hours
			time.Sleep(10 * time.Minute)
			f.set(0, func(c *aliyuntest.Card) {
				c.Status = []string{aliyuntest.StatusStopped, aliyuntest.StatusInUse}[i%2]
			})
			f.sweep(t)
		}
		if n := len(f.slack.Inbox()) - before; n < 5 || n > 6 {
			t.Errorf("%d messages in six hours of flapping, want one an hour", n)
		}
		checkWords(t, f.last(t), "flapping", "changes")
		time.Sleep(2 * time.Hour)
		f.sweep(t)
		time.Sleep(2 * time.Hour)
		if r := f.sweep(t); r.Messages != 0 || r.Open != len(f.want()) {
			t.Errorf("sweep after it has been over for hours: %+v, want nothing more to say", r)
		}
	})
}

func TestNotificationsOutliveSlackOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 40, nil)
		f.slack.Refuse(slacktest.Refusal{Count: -1, Status: http.StatusInternalServerError, Body: "rollup_error"})
		report, err := f.Sweep(t.Context())
		if err == nil || report.Messages != 0 || report.Opened == 0 || report.Waiting != report.Opened {
			t.Fatalf("sweep while Slack is down = %+v, %v; want an error with incidents opened", report, err)
		}
		if strings.Contains(err.Error(), f.slack.WebhookPath()) {
			t.Errorf("the error shows the webhook: %v", err)
		}
		f.slack.ClearRefusals()
		if r := f.sweep(t); r.Opened != 0 || r.Messages != 1 || r.Waiting != 0 || len(f.slack.Inbox()) != 1 {
			t.Errorf("next sweep: %+v with %d messages, want what waited delivered once", r, len(f.slack.Inbox()))
		}
		if r := f.sweep(t); r.Messages != 0 {
			t.Errorf("third sweep: %+v, want nothing left to say", r)
		}
	})
}

// TestLookupThatFailsOnce has a card evaluated by the listing alone until the next
// sweep.
func TestLookupThatFailsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 100, nil)
		f.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.RedirectTo, Count: 1})
		r := f.sweep(t)
		if r.Failed != 0 || r.Checked != 100 || r.FlowCalls != f.lookups() {
			t.Errorf("sweep with one failed lookup: %+v, want all 100 checked", r)
		}
		f.check(t)
		if r := f.sweep(t); r.Opened+r.Resolved+r.Worsened != 0 || r.FlowCalls != 1 {
			t.Errorf("next sweep: %+v, want that card looked up again and no change", r)
		}
	})
}

func TestListingFailureIsAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 100, nil)
		f.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.Status500, Count: -1})
		if _, err := f.Sweep(t.Context()); err == nil || !strings.Contains(err.Error(), "list the fleet") {
			t.Errorf("sweep without a listing = %v, want an error that says so", err)
		}
	})
}

func TestDeadlineLeavesTimeToNotify(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 4000, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
		defer cancel()
		report, err := f.Sweep(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || report.Done || report.Opened == 0 || report.Messages != 1 {
			t.Errorf("sweep cut short = %+v, %v; want what was found to be notified, and an error", report, err)
		}
		if r := f.sweep(t); r.Opened != len(f.want()) {
			t.Errorf("%d and then %d opened in all, want %d", report.Opened, r.Opened, len(f.want()))
		}
	})
}

func TestWatchedCardsOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := aliyuntest.New(aliyuntest.Options{})
		f := newFixture(t, 100, func(c *alerts.Config) {
			c.Watch = []card.ICCID{card.ICCID(cloud.ICCID(0)), card.ICCID(cloud.ICCID(2))}
		})
		if r := f.sweep(t); r.Cards != 2 || r.Checked != 2 || r.ListCalls != 2 || r.FlowCalls != 1 || r.Opened != 1 {
			t.Errorf("sweep of two watched cards: %+v, want each listed, one looked up and 1 incident", r)
		}
		checkWords(t, f.last(t), card.ICCID(cloud.ICCID(2)).Masked())
		if r := f.sweep(t); r.FlowCalls != 0 || r.Opened+r.Resolved != 0 {
			t.Errorf("second sweep: %+v, want no change and no lookup", r)
		}
	})
}

func TestThousandsAtOnceFitOneMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 400, nil)
		for i := range f.cloud.Cards() {
			f.set(i, func(c *aliyuntest.Card) { c.UsedBytes, c.Expires = c.PackageBytes, time.Now().Add(time.Hour) })
		}
		if r := f.sweep(t); r.Opened != len(f.want()) || r.Opened < 800 || r.Messages != 1 {
			t.Errorf("sweep: %+v, want two incidents of each card in 1 message", r)
		}
		checkWords(t, f.last(t), "The worst 20 of 804 ", "400 new · Data is used up")
	})
}

func TestScheduledAnswersWithTheReport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 40, nil)
		answer, err := f.Scheduled(t.Context(), event.Scheduled{})
		if report, ok := answer.(alerts.Report); err != nil || !ok || report.Cards != 40 {
			t.Errorf("Scheduled = %+v, %v; want the report of 40 cards", answer, err)
		}
	})
}

func TestFromEnvListsEveryMistake(t *testing.T) {
	t.Parallel()
	_, err := alerts.FromEnv([]string{
		"SIGNALBOX_ICCIDS=89860321000000015668,nonsense", "SIGNALBOX_ALERT_USAGE=x", "SIGNALBOX_ALERT_EXPIRY_DAYS=0",
		"SIGNALBOX_RULES_FILE=" + filepath.Join(t.TempDir(), "missing.yaml"),
	}, nil)
	for _, variable := range []string{
		"SIGNALBOX_ICCIDS", "SIGNALBOX_ALERT_USAGE", "SIGNALBOX_ALERT_EXPIRY_DAYS", "SIGNALBOX_SLACK_WEBHOOK_URL",
		"SIGNALBOX_STATE_FILE", "SIGNALBOX_RULES_FILE", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
	} {
		if !strings.Contains(err.Error(), variable+": ") {
			t.Errorf("the error does not mention %s:\n%v", variable, err)
		}
	}
	if strings.Contains(err.Error(), "nonsense") {
		t.Errorf("the error repeats a value: %v", err)
	}
}
