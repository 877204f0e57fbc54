package alerts_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/aliyun/aliyuntest"
	"signalbox/shared/layout"
	"signalbox/shared/notify"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

// factoryIn is the id of the fake's second channel.
const factoryIn = "C00000002"

// newFactory has cards of a tag notified in a channel of their own: card 1 there, and
// cards 0 and 2 in the other one.
func newFactory(t *testing.T) *acting {
	t.Helper()
	a := newActing(t, nil)
	a.set(1, func(c *aliyuntest.Card) { c.Tags = []string{"factory-1"} })
	a.slack, a.store = slacktest.New(slacktest.Options{Channels: []string{"alerts", "factory"}}), newMapStore()
	a.restart(t, func(c *alerts.Config) {
		c.Store = a.store
		bot, err := slack.NewBot(slack.BotConfig{Token: "xoxb-test", Channel: factoryIn, Client: &http.Client{Transport: a.slack.Transport()}})
		if err != nil {
			t.Fatal(err)
		}
		c.Receivers = append(c.Receivers, notify.Receiver{Name: "factory", Bot: bot, Channel: factoryIn, Render: layout.Slack})
		c.Routes = rule.Routes{
			{Match: rule.Match{Tag: "factory-*"}, Receivers: []string{"factory"}}, {Receivers: []string{"slack"}},
		}
	})
	a.sweep(t)
	return a
}

// in are the messages of one place of the fake's.
func (a *acting) in(name string) []slacktest.Message {
	return slices.DeleteFunc(a.slack.Inbox(), func(m slacktest.Message) bool { return m.Channel != name })
}

// TestOfAnotherReceiver presses what showed the cards of one receiver alone: those of
// others are as they were, and others do not read which cards it was.
func TestOfAnotherReceiver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newFactory(t)
		shown := a.in("factory")
		at := slices.IndexFunc(shown, func(m slacktest.Message) bool { return m.ThreadTS == "" && strings.Contains(m.Text, "high usage") })
		if at < 0 {
			t.Fatalf("the factory was not notified: %v", shown)
		}
		s := a.sent(t, slacktest.Press{By: ann, Channel: factoryIn, TS: shown[at].TS, ActionID: "acknowledge"})
		if status, body := a.send(t, s); status != http.StatusOK {
			t.Fatalf("answered %d %s", status, body)
		}
		if got := a.standing(t, 1).State; got != action.Acknowledged {
			t.Errorf("the factory's card is %s", got)
		}
		if got := a.standing(t, 2).State; got != action.Open {
			t.Errorf("the card of another receiver is %s", got)
		}
		for _, m := range a.in("alerts") {
			if strings.Contains(m.Text, "Ann has acknowledged") {
				t.Errorf("the other receiver reads %q", m.Text)
			}
		}
	})
}

// TestWorseSinceTheMessage presses what showed one card, after another has become as bad.
func TestWorseSinceTheMessage(t *testing.T) {
	t.Parallel()
	for _, chosen := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			a := newActing(t, nil)
			m, choice := a.status(t, "used up"), map[string]string(nil)
			if chosen { // what was one of two warnings
				m, choice = a.status(t, highUsage...), map[string]string{"silence-which": a.incident(t, 1).ID()}
			}
			old := a.sent(t, press(ann, m, "acknowledge", "", choice))
			time.Sleep(time.Minute)
			a.set(1, func(c *aliyuntest.Card) { c.UsedBytes, c.Refreshed = c.PackageBytes, time.Now() })
			a.sweep(t)
			a.send(t, old)
			if got := a.standing(t, 1).State; got != action.Open {
				t.Errorf("what was not as bad when the message was shown is %s", got)
			}
			if got := a.standing(t, 0).State; got == action.Open != chosen {
				t.Errorf("what the message showed is %s", got)
			}
		})
	}
}
