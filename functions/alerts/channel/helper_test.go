package channel_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/functions/alerts/channel"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
	"signalbox/shared/slack"
	"signalbox/shared/slack/slacktest"
)

const token = "xoxb-test"

// desk is a caller of a channel: it keeps the state, the outbox and the memory.
type desk struct {
	t       *testing.T
	channel channel.Channel
	server  *slacktest.Server
	state   incident.State
	news    []incident.Notice // all there ever were
	outbox  []incident.Notice
	memory  channel.Memory
	told    []string // ids of delivered notices, in order
}

func newBotDesk(t *testing.T) *desk {
	t.Helper()
	server := slacktest.New(slacktest.Options{Token: token, Burst: 1})
	b, err := slack.NewBot(slack.BotConfig{
		Token: token, Channel: "alerts", Client: &http.Client{Transport: server.Transport()},
		Jitter: func(ceiling time.Duration) time.Duration { return ceiling },
	})
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t: t, channel: channel.NewBot(b, message.Style{}), server: server}
}

func newWebhookDesk(t *testing.T) *desk {
	t.Helper()
	server := slacktest.New(slacktest.Options{Burst: 1})
	w, err := slack.NewWebhook(slack.WebhookConfig{
		URL: "https://hooks.slack.example" + server.WebhookPath(), Client: &http.Client{Transport: server.Transport()},
		Jitter: func(ceiling time.Duration) time.Duration { return ceiling },
	})
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t: t, channel: channel.NewWebhook(w, message.Style{}), server: server}
}

// sweep judges cards and puts what is new into the outbox.
func (d *desk) sweep(verdicts ...incident.Verdict) {
	d.t.Helper()
	next, notices := d.state.Advance(verdicts, time.Now(), 0)
	d.state = next
	d.news = append(d.news, notices...)
	d.outbox = append(d.outbox, notices...)
}

// tell delivers what is in the outbox within a time, keeping what it is told to
// keep, through JSON as a store would.
func (d *desk) tell(limit time.Duration) error {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), limit)
	defer cancel()
	news := channel.News{Notices: d.outbox, Coverage: message.Coverage{Checked: 1, Total: 1, At: time.Now()}}
	for _, i := range d.state.Open {
		news.Open = append(news.Open, i)
	}
	return channel.TellAll(ctx, d.channel, news, d.memory, d.save)
}

func (d *desk) save(told channel.Told) error {
	raw, err := json.Marshal(told.Memory)
	if err != nil {
		return err
	}
	d.memory = channel.Memory{}
	d.told = append(d.told, told.Delivered...)
	d.outbox = slices.DeleteFunc(slices.Clone(d.outbox), func(n incident.Notice) bool {
		return slices.Contains(told.Delivered, n.ID)
	})
	return json.Unmarshal(raw, &d.memory)
}

// mustTell delivers everything.
func (d *desk) mustTell() {
	d.t.Helper()
	if err := d.tell(time.Hour); err != nil {
		d.t.Fatalf("TellAll = %v, want nil", err)
	}
	if len(d.outbox) != 0 {
		d.t.Fatalf("%d notices are left", len(d.outbox))
	}
}

// order returns the ids of notices by group.
func (d *desk) order(ids []string) map[message.Group][]string {
	groups := make(map[message.Group][]string)
	for _, id := range ids {
		at := slices.IndexFunc(d.news, func(n incident.Notice) bool { return n.ID == id })
		g := message.GroupOf(d.news[at].Incident)
		groups[g] = append(groups[g], id)
	}
	return groups
}

// shown is what the stand-in shows: the first line of each message, marked as
// the channel (#) or the thread (>), with its updates and files.
func (d *desk) shown() []string {
	var lines []string
	for _, m := range d.server.Inbox() {
		mark := "#"
		switch {
		case m.Broadcast:
			mark = "#>"
		case m.ThreadTS != "":
			mark = ">"
		}
		parts := []string{mark, firstLine(m.Text)}
		if m.Updates > 0 {
			parts = append(parts, fmt.Sprintf("(updated %d times)", m.Updates))
		}
		for _, f := range m.Files {
			parts = append(parts, "["+f.Title+"]")
		}
		lines = append(lines, strings.Join(parts, " "))
	}
	return lines
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// loud counts the messages that the channel itself shows.
func (d *desk) loud() int {
	n := 0
	for _, m := range d.server.Inbox() {
		if m.ThreadTS == "" || m.Broadcast {
			n++
		}
	}
	return n
}

// verdict judges the nth card.
func verdict(n int, ruleName, reason string, level int) incident.Verdict {
	return incident.Verdict{
		Key:   incident.Key{Subject: fmt.Sprintf("8986032100000001%04d", n), Rule: ruleName},
		Level: level, Reason: reason,
		Facts: map[string]string{rule.FactPackage: "中国联通30MB月套餐", rule.FactUsed: "29.00MB", rule.FactRest: "1.00MB"},
	}
}

func high(n int) incident.Verdict   { return verdict(n, rule.Usage, rule.HighUsage, 1) }
func higher(n int) incident.Verdict { return verdict(n, rule.Usage, rule.HighUsage, 2) }
func used(n int) incident.Verdict   { return verdict(n, rule.Usage, rule.UsedUp, 3) }
func fine(n int) incident.Verdict   { return verdict(n, rule.Usage, rule.Clear, 0) }

// flood is 5,000 cards under every rule at once.
func flood() []incident.Verdict {
	all := []incident.Verdict{
		verdict(0, rule.Expiry, rule.Expired, 6), verdict(0, rule.Expiry, rule.ExpiresSoon, 2),
		verdict(0, rule.Stopped, rule.CreditStop, 2), verdict(0, rule.Stopped, rule.UserStop, 1),
		verdict(0, rule.Stale, rule.NotCounted, 1), verdict(0, rule.Forecast, rule.WillRunOut, 1), used(0), high(0),
	}
	var verdicts []incident.Verdict
	for n := range 5000 {
		v := all[n%len(all)]
		v.Subject = high(n).Subject
		verdicts = append(verdicts, v)
	}
	return verdicts
}
