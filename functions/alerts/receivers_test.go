package alerts_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/dingtalk"
	"signalbox/shared/dingtalk/dingtalktest"
	"signalbox/shared/feishu"
	"signalbox/shared/feishu/feishutest"
	"signalbox/shared/incident"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/outbound"
	"signalbox/shared/outbound/outboundtest"
	"signalbox/shared/slack/slacktest"
	"signalbox/shared/store"
	"signalbox/shared/webhook"
	"signalbox/shared/webhook/webhooktest"
	"signalbox/shared/wecom"
	"signalbox/shared/wecom/wecomtest"
)

// everyKind is a receiver of each kind with its fake.
type everyKind struct {
	receivers []notify.Receiver
	slack     *slacktest.Server
	fakes     map[string]*outboundtest.Server
}

func newEveryKind(t *testing.T) *everyKind {
	t.Helper()
	k := &everyKind{slack: slacktest.New(slacktest.Options{}), fakes: map[string]*outboundtest.Server{
		"dingtalk": dingtalktest.New("secret", nil), "feishu": feishutest.New("secret", nil), "wecom": wecomtest.New(nil), "webhook": webhooktest.New("secret", nil),
	}}
	at := func(path string) string { return "https://receiver.example" + path }
	ding, err1 := dingtalk.New(outbound.Config{URL: at(dingtalktest.Path), Secret: "secret", Transport: k.fakes["dingtalk"].Transport()})
	fei, err2 := feishu.New(outbound.Config{URL: at(feishutest.Path), Secret: "secret", Transport: k.fakes["feishu"].Transport()})
	we, err3 := wecom.New(outbound.Config{URL: at(wecomtest.Path), Transport: k.fakes["wecom"].Transport()})
	hook, err4 := webhook.New(outbound.Config{URL: at(webhooktest.Path), Secret: "secret", Transport: k.fakes["webhook"].Transport()})
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	posters := map[string]notify.Poster{
		"slack":    newWebhook(t, k.slack),
		"dingtalk": notify.PosterFunc(func(ctx context.Context, m notify.Message) error { return ding.Post(ctx, layout.DingTalk(m)) }),
		"feishu":   notify.PosterFunc(func(ctx context.Context, m notify.Message) error { return fei.Post(ctx, layout.Feishu(m)) }),
		"wecom":    notify.PosterFunc(func(ctx context.Context, m notify.Message) error { return we.Post(ctx, layout.WeCom(m)) }),
		"webhook": notify.PosterFunc(func(ctx context.Context, m notify.Message) error {
			return hook.Post(ctx, m.ID, layout.Webhook(m, "webhook", time.Now()))
		}),
	}
	for name, poster := range posters {
		k.receivers = append(k.receivers, notify.Receiver{Name: name, Poster: poster})
	}
	return k
}

// said are the messages of a receiver, as people get to see them.
func (k *everyKind) said(name string) []string {
	var all []string
	if name == "slack" {
		for _, m := range k.slack.Inbox() {
			all = append(all, m.Plain())
		}
		return all
	}
	for _, m := range k.fakes[name].Inbox() {
		all = append(all, m.Title+"\n"+m.Text)
	}
	return all
}

// usedUpCards are changes of so many cards at once.
func usedUpCards(n int) []rule.Change {
	changes := make([]rule.Change, n)
	for i := range changes {
		key := keyOf(fmt.Sprintf("898603210000000%05d", i), rule.UsageName)
		changes[i] = rule.Change{ID: fmt.Sprint("c", i), Kind: incident.Opened, At: time.Now(), Incident: rule.Incident{
			Key: key, Phase: incident.PhaseOpen, Opened: time.Now(), Status: incident.Breached, Severity: incident.Critical,
			Threshold: incident.Threshold{Value: 100}, Details: rule.Details{Facts: rule.Facts{Package: "移动-单卡-月包"}, Value: rule.UsageDetails{}},
			Notified: incident.Notified{Count: 1, At: time.Now(), Open: true},
		}}
	}
	return changes
}

// TestFiveThousandThroughEveryReceiver has 5,000 cards be used up at once: no limit is
// broken, and each receiver says how many there are and how many it does not name. Each
// in turn is broken at first: the others have theirs at once, and it has its own later.
func TestFiveThousandThroughEveryReceiver(t *testing.T) {
	t.Parallel()
	for _, broken := range []string{"", "slack", "dingtalk", "feishu", "wecom", "webhook"} {
		t.Run("broken "+broken, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				k, st := newEveryKind(t), newMapStore()
				n, err := notify.New(notify.Config[rule.Details]{Store: st, Receivers: k.receivers})
				if err != nil {
					t.Fatal(err)
				}
				cards, said := 5000, "5,000"
				if broken != "" { // the same, and quicker
					cards, said = 500, "500"
				}
				records, err := n.Enqueue(usedUpCards(cards))
				if err == nil {
					err = st.Apply(t.Context(), store.Batch{Put: records})
				}
				if err != nil {
					t.Fatal(err)
				}
				k.breakOne(broken, true)
				k.deliver(t, n, said, broken)
				k.breakOne(broken, false)
				time.Sleep(time.Hour)
				k.deliver(t, n, said, "")
			})
		})
	}
}

// breakOne has a receiver hang, or answer again.
func (k *everyKind) breakOne(name string, broken bool) {
	fake := k.fakes[name]
	switch {
	case name == "":
	case name == "slack" && broken:
		k.slack.Refuse(slacktest.Refusal{Method: "webhook", Status: http.StatusServiceUnavailable, Count: -1})
	case name == "slack":
		k.slack.ClearRefusals()
	case broken:
		fake.Break(outboundtest.Hang, -1)
	default:
		fake.Break(nil, 0)
	}
}

// deliver finds that all but one receiver have been notified of everything.
func (k *everyKind) deliver(t *testing.T, n *notify.Notifier[rule.Details], cards, but string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	w := message.Writer{Coverage: message.Coverage{At: time.Now(), Checked: 5000, Total: 5000}}
	for _, r := range n.Deliver(ctx, notify.Run[rule.Details]{Writer: func(string) notify.Writer[rule.Details] { return w }}) {
		if behind := r.Waiting != 0; behind != (r.Receiver == but) {
			t.Errorf("%s has %d waiting (%s), but %q is broken", r.Receiver, r.Waiting, r.Why, but)
		}
		if r.Receiver == but {
			continue
		}
		said := k.said(r.Receiver)
		switch {
		case len(said) != 1 || !strings.Contains(said[0], cards+" cards used up"):
			t.Errorf("%s has %d messages, want one that says %s:\n%.300s", r.Receiver, len(said), cards, said)
		case r.Receiver == "webhook" && !strings.Contains(said[0], "more") && strings.Count(said[0], "\nfiring usage ") != 500:
			t.Errorf("webhook does not say how many it does not name:\n%.300s", said[0])
		case r.Receiver != "webhook" && !strings.Contains(said[0], "of "+cards+" are shown"):
			t.Errorf("%s does not say how many it does not name:\n%.300s", r.Receiver, said[0])
		}
	}
	for name, fake := range k.fakes {
		if fake.TooFast() > 0 {
			t.Errorf("%s was asked %d times too fast", name, fake.TooFast())
		}
	}
}

// TestSlackDownForTwoHours has critical incidents reach the fallback after 15 minutes,
// once. When Slack is back, it is not told old news as new.
func TestSlackDownForTwoHours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newEveryKind(t)
		f := newFixture(t, 40, func(c *alerts.Config) {
			c.Rules = rule.Policy{Default: rule.Settings{rule.Usage{Percent: []int{100}}}}
			c.Receivers = slices.DeleteFunc(k.receivers, func(r notify.Receiver) bool { return r.Name != "slack" && r.Name != "webhook" })
			c.Routes = rule.Routes{{Receivers: []string{"slack"}, Fallback: []string{"webhook"}}}
		})
		use := func(i int, share int64) {
			f.set(i, func(c *aliyuntest.Card) { c.UsedBytes = c.PackageBytes * share / 100 })
		}
		for i := range 40 {
			use(i, 10)
		}
		f.sweep(t)
		use(1, 100)
		use(2, 100)
		k.breakOne("slack", true)
		down := time.Now()
		for time.Since(down) < 2*time.Hour {
			_, _ = f.Sweep(t.Context()) // it says what waits
			if time.Since(down) < 15*time.Minute && len(k.said("webhook")) > 0 {
				t.Errorf("the fallback was notified after %s", time.Since(down))
			}
			if time.Since(down) > 50*time.Minute {
				use(2, 10)
			}
			time.Sleep(10 * time.Minute)
		}
		k.breakOne("slack", false)
		for range 3 {
			f.sweep(t)
			time.Sleep(10 * time.Minute)
		}
		checkFallback(t, k)
	})
}

func checkFallback(t *testing.T, k *everyKind) {
	t.Helper()
	var firing, resolved int
	for _, m := range k.said("webhook") {
		firing += strings.Count(m, "\nfiring usage ")
		resolved += strings.Count(m, "\nresolved usage ")
	}
	if firing != 2 || resolved != 1 {
		t.Errorf("the fallback has %d firing and %d resolved, want each of two cards once and the end of one:\n%s", firing, resolved, k.said("webhook"))
	}
	said := k.said("slack")
	if len(said) != 1 || strings.Contains(said[0], "new") || !strings.Contains(said[0], "still open") {
		t.Errorf("Slack has %q, want one message of the one that is still open, not as new", said)
	}
}
