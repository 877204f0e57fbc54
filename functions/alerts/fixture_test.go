package alerts_test

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/aliyun/credential"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/incident"
	"signalbox/shared/layout"
	"signalbox/shared/logging"
	"signalbox/shared/notify"
	"signalbox/shared/quota"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

var (
	usageThresholds  = []int{80, 90, 100}
	expiryThresholds = []int{30, 14, 7, 3, 1}
)

// standard are the rules that are on by default.
func standard() rule.Policy {
	return rule.Policy{Default: rule.Defaults().With(rule.Usage{Percent: usageThresholds}, rule.Expiry{Days: expiryThresholds})}
}

// fixture is the function with the services it calls, in process.
type fixture struct {
	*alerts.Function
	cloud *aliyuntest.Server
	slack *slacktest.Server
	store *mapStore
	logs  *bytes.Buffer

	config alerts.Config // as the function was made with
}

func newFixture(t *testing.T, cards int, edit func(*alerts.Config)) *fixture {
	t.Helper()
	return newFixtureAt(t, cards, 20, edit)
}

// newFixtureAt has another quota of linkcard's actions.
func newFixtureAt(t *testing.T, cards, perSecond int, edit func(*alerts.Config)) *fixture {
	t.Helper()
	quotas := map[string]int{"ListCardInfo": perSecond, "GetCardFlowInfo": perSecond}
	f := &fixture{
		cloud: aliyuntest.New(aliyuntest.Options{Cards: cards, QPS: quotas}),
		slack: slacktest.New(slacktest.Options{}), store: newMapStore(), logs: new(bytes.Buffer),
	}
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    "https://linkcard.aliyuncs.com",
		Credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		Quota:       quota.NewLocal(float64(perSecond)).Background(),
		Background:  true,
		HTTPClient:  &http.Client{Transport: f.cloud.Transport()},
	})
	if err != nil {
		t.Fatal(err)
	}
	config := alerts.Config{
		Cards: linkcard.New(api), Pools: linkcard.New(api), Rules: standard(), Store: f.store,
		Receivers: []notify.Receiver{{Name: alerts.SlackReceiver, Poster: newWebhook(t, f.slack)}},
		Zone:      shanghai, Style: message.Style{Zone: shanghai}, Logger: logging.New(f.logs, nil),
	}
	f.config = config
	f.again(t, edit)
	return f
}

// again makes the function anew, as a process begins on what is stored.
func (f *fixture) again(t *testing.T, edit func(*alerts.Config)) {
	t.Helper()
	if edit != nil {
		edit(&f.config)
	}
	var err error
	if f.Function, err = alerts.New(f.config); err != nil {
		t.Fatal(err)
	}
}

func newWebhook(t *testing.T, s *slacktest.Server) notify.Poster {
	t.Helper()
	webhook, err := slack.NewWebhook(slack.WebhookConfig{
		URL: "https://hooks.slack.com" + s.WebhookPath(), Client: &http.Client{Transport: s.Transport()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return toSlack(webhook)
}

// toSlack posts to a webhook of Slack's.
func toSlack(w *slack.Webhook) notify.PosterFunc {
	return func(ctx context.Context, m notify.Message) error { return w.Post(ctx, layout.Slack(m)) }
}

func (f *fixture) sweep(t *testing.T) alerts.Report {
	t.Helper()
	report, err := f.Sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// set changes a card by its number.
func (f *fixture) set(i int, edit func(*aliyuntest.Card)) { f.cloud.SetCard(f.cloud.ICCID(i), edit) }

// last is the newest message in Slack.
func (f *fixture) last(t *testing.T) string {
	t.Helper()
	inbox := f.slack.Inbox()
	if len(inbox) == 0 {
		t.Fatal("Slack has no message")
	}
	return inbox[len(inbox)-1].Plain()
}

func keyOf(iccid, name string) incident.Key {
	return incident.Key{Subject: incident.Subject{Kind: incident.Card, ID: iccid}, Rule: name}
}

// want returns the keys of the incidents of cards, by the fake's own data.
func (f *fixture) want() []incident.Key {
	var keys []incident.Key
	for i := range f.cloud.Cards() {
		c, listed := f.cloud.Card(f.cloud.ICCID(i))
		if !listed {
			continue
		}
		if time.Until(c.Expires) <= 30*24*time.Hour {
			keys = append(keys, keyOf(c.ICCID, rule.ExpiryName))
		}
		if c.UsedBytes*100 >= c.PackageBytes*80 && c.Pool == "" {
			keys = append(keys, keyOf(c.ICCID, rule.UsageName))
		}
		if c.Status == aliyuntest.StatusStopped {
			keys = append(keys, keyOf(c.ICCID, rule.StoppedName))
		}
	}
	return sorted(keys)
}

// lookups counts the cards that are looked up: for their expiry, and for their
// own usage where they share no pool.
func (f *fixture) lookups() int {
	subjects := make(map[incident.Subject]bool)
	for _, key := range f.want() {
		if key.Rule != rule.StoppedName {
			subjects[key.Subject] = true
		}
	}
	return len(subjects)
}

// check finds just those incidents open that should be.
func (f *fixture) check(t *testing.T, extra ...incident.Key) {
	t.Helper()
	got := slices.Collect(maps.Keys(f.store.open(t)))
	if diff := gocmp.Diff(sorted(append(f.want(), extra...)), sorted(got)); diff != "" {
		t.Errorf("open incidents (-want +got):\n%.2000s", diff)
	}
}

func sorted(keys []incident.Key) []incident.Key {
	slices.SortFunc(keys, func(a, b incident.Key) int { return cmp.Compare(a.String(), b.String()) })
	return keys
}

func checkWords(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("the message lacks %q:\n%s", word, text)
		}
	}
}
