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
	"signalbox/functions/alerts/channel"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
	"signalbox/shared/logging"
	"signalbox/shared/quota"
	"signalbox/shared/serve/event"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
)

var shanghai = time.FixedZone("CST", 8*60*60)

// fleet is the function with the clouds it calls, in process.
type fleet struct {
	*alerts.Function
	cloud *aliyuntest.Server
	slack *slacktest.Server
}

func newFleet(t *testing.T, cards int, edit func(*alerts.Config)) *fleet {
	t.Helper()
	return newFleetAt(t, cards, 20, edit)
}

// newFleetAt has another quota of linkcard's actions.
func newFleetAt(t *testing.T, cards, perSecond int, edit func(*alerts.Config)) *fleet {
	t.Helper()
	quotas := map[string]int{"ListCardInfo": perSecond, "GetCardFlowInfo": perSecond}
	f := &fleet{cloud: aliyuntest.New(aliyuntest.Options{Cards: cards, QPS: quotas}), slack: slacktest.New(slacktest.Options{})}
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    "https://linkcard.aliyuncs.com",
		Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		Quota:       quota.NewLocal(float64(perSecond)).Background(),
		HTTPClient:  &http.Client{Transport: f.cloud.Transport()},
	})
	if err != nil {
		t.Fatal(err)
	}
	webhook, err := slack.NewWebhook(slack.WebhookConfig{
		URL:    "https://hooks.slack.com" + f.slack.WebhookPath(),
		Client: &http.Client{Transport: f.slack.Transport()},
	})
	if err != nil {
		t.Fatal(err)
	}
	state, err := store.OpenFile(filepath.Join(t.TempDir(), "state.json"))
	if err != nil {
		t.Fatal(err)
	}
	config := alerts.Config{
		Cards:   linkcard.New(api),
		Channel: channel.NewWebhook(webhook, message.Style{Zone: shanghai}),
		Store:   state,
		Rules:   rule.Policy{Default: rule.NewSettings([]int{80, 90, 100}, []int{30, 14, 7, 3, 1})},
		Zone:    shanghai,
		Logger:  logging.Discard(),
	}
	if edit != nil {
		edit(&config)
	}
	f.Function = alerts.New(config)
	return f
}

func (f *fleet) sweep(t *testing.T) alerts.Report {
	t.Helper()
	report, err := f.Sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// mayFire counts the cards that a rule fires on, by the stand-in's own data.
func (f *fleet) mayFire() int {
	n := 0
	for i := range f.cloud.Cards() {
		c, _ := f.cloud.Card(f.cloud.ICCID(i))
		if time.Until(c.Expires) <= 30*24*time.Hour || c.UsedBytes*100 >= c.PackageBytes*80 {
			n++
		}
	}
	return n
}

// stopped counts the cards that are.
func (f *fleet) stopped() int {
	n := 0
	for i := range f.cloud.Cards() {
		if c, _ := f.cloud.Card(f.cloud.ICCID(i)); c.Status == aliyuntest.StatusStopped {
			n++
		}
	}
	return n
}

// TestSweepOfAThousandCards is the promise of the two steps: 25 calls for the
// listing, one more for each card that may fire, never faster than the quota.
func TestSweepOfAThousandCards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 1000, nil)
		start := time.Now()
		first := f.sweep(t)
		want, incidents := f.mayFire(), f.mayFire()+f.stopped()
		if want < 20 {
			t.Fatalf("%d cards of the fleet may fire, too few to prove anything", want)
		}
		if first.ListCalls != 25 || len(f.cloud.Calls("ListCardInfo")) != 25 {
			t.Errorf("%d listing calls, the stand-in saw %d; want 25", first.ListCalls, len(f.cloud.Calls("ListCardInfo")))
		}
		if first.FlowCalls != want || len(f.cloud.Calls("GetCardFlowInfo")) != want {
			t.Errorf("%d lookups, the stand-in saw %d; want %d", first.FlowCalls, len(f.cloud.Calls("GetCardFlowInfo")), want)
		}
		if first.Cards != 1000 || first.Checked != 1000 || first.Failed != 0 || first.Opened != incidents || first.Messages != 1 {
			t.Errorf("first sweep: %+v, want all 1000 cards checked and %d incidents in one message", first, incidents)
		}
		if took, least := time.Since(start), time.Duration(25+want-2)*time.Second/20; took > least*105/100 {
			t.Errorf("the sweep took %v, want at most 5%% over %v", took, least)
		}
		for _, action := range []string{"ListCardInfo", "GetCardFlowInfo"} {
			if n := f.cloud.MaxPerSecond(action); n > 20 {
				t.Errorf("%d calls of %s in one second, want at most 20", n, action)
			}
		}
		for _, call := range f.cloud.Calls("") {
			if call.Code != "OK" {
				t.Errorf("%s was answered %s", call.Action, call.Code)
			}
		}

		second := f.sweep(t)
		if second.Opened+second.Escalated+second.Resolved+second.Messages != 0 || second.FlowCalls != want || second.Open != incidents || len(f.slack.Inbox()) != 1 {
			t.Errorf("second sweep: %+v with %d messages in all, want no news", second, len(f.slack.Inbox()))
		}
	})
}

func TestSweepTellsWhatChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 40, nil)
		f.sweep(t)
		worse, renewed, gone := f.cloud.ICCID(0), f.cloud.ICCID(1), f.cloud.ICCID(2)
		f.cloud.SetCard(worse, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes * 85 / 100 })
		f.cloud.SetCard(renewed, func(c *aliyuntest.Card) { c.Expires = c.Expires.AddDate(1, 0, 0) })
		f.cloud.SetCard(gone, func(c *aliyuntest.Card) { c.Status = aliyuntest.StatusDestroyed })
		if r := f.sweep(t); r.Opened != 1 || r.Resolved != 2 || r.Escalated != 0 {
			t.Errorf("sweep after three changes: %+v, want 1 opened and 2 resolved", r)
		}
		f.cloud.SetCard(worse, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes })
		if r := f.sweep(t); r.Escalated != 1 || r.Opened+r.Resolved != 0 {
			t.Errorf("sweep after the package was used up: %+v, want 1 escalated", r)
		}
		f.cloud.SetCard(worse, func(c *aliyuntest.Card) { c.UsedBytes = 0 })
		if r := f.sweep(t); r.Resolved != 1 || r.Messages != 1 {
			t.Errorf("sweep after the new period: %+v, want 1 resolved and told", r)
		}
		var told []string
		for _, m := range f.slack.Inbox() {
			told = append(told, m.Plain())
		}
		for i, words := range [][]string{
			1: {"1 new, 2 resolved", card.ICCID(worse).Masked(), "Package renewed", "resolved after", "card is gone"},
			2: {"1 worse", "Data is used up", "100%"},
			3: {"1 resolved", "back to normal"},
		} {
			checkWords(t, told[i], words...)
		}
	})
}

func checkWords(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("the message lacks %q:\n%s", word, text)
		}
	}
}

func TestNoticesOutliveSlackOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 40, nil)
		f.slack.Refuse(slacktest.Refusal{Count: -1, Status: http.StatusInternalServerError, Body: "rollup_error"})
		report, err := f.Sweep(t.Context())
		if err == nil || report.Messages != 0 || report.Opened == 0 {
			t.Fatalf("sweep while Slack is down = %+v, %v; want an error with incidents opened", report, err)
		}
		if strings.Contains(err.Error(), f.slack.WebhookPath()) {
			t.Errorf("the error shows the webhook: %v", err)
		}
		f.slack.ClearRefusals()
		if r := f.sweep(t); r.Opened != 0 || r.Messages != 1 || len(f.slack.Inbox()) != 1 {
			t.Errorf("next sweep: %+v with %d messages, want the kept notices delivered once", r, len(f.slack.Inbox()))
		}
		if r := f.sweep(t); r.Messages != 0 {
			t.Errorf("third sweep: %+v, want nothing left to say", r)
		}
	})
}

func TestOneBadCardDoesNotEndASweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 100, nil)
		f.cloud.Inject(aliyuntest.Fault{Action: "GetCardFlowInfo", Kind: aliyuntest.RedirectTo, Count: 1})
		r := f.sweep(t)
		if r.Failed != 1 || r.Checked != 99 || r.Opened != f.mayFire()+f.stopped()-1 {
			t.Errorf("sweep with one unreadable card: %+v, want 99 of 100 checked", r)
		}
		if r := f.sweep(t); r.Opened != 1 {
			t.Errorf("next sweep: %+v, want the card that was missed", r)
		}
	})
}

func TestListingFailureIsAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 100, nil)
		f.cloud.Inject(aliyuntest.Fault{Action: "ListCardInfo", Kind: aliyuntest.Status500, Count: -1})
		if _, err := f.Sweep(t.Context()); err == nil || !strings.Contains(err.Error(), "list the fleet") {
			t.Errorf("sweep without a listing = %v, want an error that says so", err)
		}
	})
}

func TestDeadlineLeavesTimeToTell(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 1000, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		report, err := f.Sweep(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || report.Opened == 0 || report.Messages != 1 {
			t.Errorf("sweep cut short = %+v, %v; want what was found to be told, and an error", report, err)
		}
		if r := f.sweep(t); r.Opened != f.mayFire()+f.stopped() {
			t.Errorf("%d and then %d opened in all, want %d", report.Opened, r.Opened, f.mayFire()+f.stopped())
		}
	})
}

func TestWatchedCardsOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := aliyuntest.New(aliyuntest.Options{})
		f := newFleet(t, 100, func(c *alerts.Config) {
			c.Watch = []card.ICCID{card.ICCID(cloud.ICCID(0)), card.ICCID(cloud.ICCID(2))}
		})
		if r := f.sweep(t); r.Cards != 2 || r.ListCalls != 0 || r.FlowCalls != 2 || r.Opened != 1 {
			t.Errorf("sweep of two watched cards: %+v, want 2 lookups and 1 incident", r)
		}
		if text := f.slack.Inbox()[0].Plain(); !strings.Contains(text, card.ICCID(cloud.ICCID(2)).Masked()) {
			t.Errorf("the message does not name the card:\n%s", text)
		}
	})
}

func TestThousandsAtOnceFitOneMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 400, nil)
		for i := range f.cloud.Cards() {
			f.cloud.SetCard(f.cloud.ICCID(i), func(c *aliyuntest.Card) {
				c.UsedBytes, c.Expires = c.PackageBytes, time.Now().Add(time.Hour)
			})
		}
		if r := f.sweep(t); r.Opened != 800+f.stopped() || r.Messages != 1 {
			t.Errorf("sweep: %+v, want two incidents of each card in 1 message", r)
		}
		if text := f.slack.Inbox()[0].Plain(); !strings.Contains(text, "The worst 20 of 804 ") || !strings.Contains(text, "400 new · Data is used up") {
			t.Errorf("the message does not count what it leaves out:\n%s", text)
		}
	})
}

func TestTickAnswersWithTheReport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 40, nil)
		answer, err := f.Tick(t.Context(), event.Tick{})
		if report, ok := answer.(alerts.Report); err != nil || !ok || report.Cards != 40 {
			t.Errorf("Tick = %+v, %v; want the report of 40 cards", answer, err)
		}
	})
}

func TestFromEnvListsEveryMistake(t *testing.T) {
	t.Parallel()
	_, err := alerts.FromEnv([]string{
		"SIGNALBOX_ICCIDS=89860321000000015668,nonsense", "SIGNALBOX_ALERT_USAGE=x", "SIGNALBOX_ALERT_EXPIRY_DAYS=0",
	}, nil)
	for _, variable := range []string{
		"SIGNALBOX_ICCIDS", "SIGNALBOX_ALERT_USAGE", "SIGNALBOX_ALERT_EXPIRY_DAYS", "SIGNALBOX_SLACK_WEBHOOK_URL",
		"SIGNALBOX_STATE_FILE", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
	} {
		if !strings.Contains(err.Error(), variable+": ") {
			t.Errorf("the error does not mention %s:\n%v", variable, err)
		}
	}
	if strings.Contains(err.Error(), "nonsense") {
		t.Errorf("the error repeats a value: %v", err)
	}
}
